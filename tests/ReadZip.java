import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads an archive as a stream, as common validators of ASiC containers do, and tells each member's SHA-256, name and size. */
public final class ReadZip {
    public static void main(String[] arguments) throws Exception {
        byte[] piece = new byte[1 << 20];
        try (InputStream file = new BufferedInputStream(new FileInputStream(arguments[0]), 1 << 20);
                ZipInputStream archive = new ZipInputStream(file)) {
            for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                long size = 0;
                for (int read = archive.read(piece); read >= 0; read = archive.read(piece)) {
                    digest.update(piece, 0, read);
                    size += read;
                }
                System.out.println(HexFormat.of().formatHex(digest.digest()) + "\t" + entry.getName() + "\t" + size);
            }
        }
    }
}
