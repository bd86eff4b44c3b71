import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.TreeMap;

import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Holds PDF files against a conformance level of PDF/A or PDF/UA with veraPDF's own rules.
 *
 * Reads "FLAVOUR<tab>PATH" lines from standard input and answers each with "passed", or with a line a broken rule,
 * "failed<tab>clause-test<tab>how often<tab>what it says", and then "end". One machine judges many files: to start it
 * takes longer than to judge a small file.
 */
public final class PdfConformance {
    private PdfConformance() {
    }

    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            int tab = line.indexOf('\t');
            judge(PDFAFlavour.fromString(line.substring(0, tab)), new File(line.substring(tab + 1)));
            System.out.println("end");
            System.out.flush();
        }
    }

    private static void judge(PDFAFlavour flavour, File file) {
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, String> words = new TreeMap<>();
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            for (TestAssertion each : result.getTestAssertions()) {
                if (each.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber();
                    counts.merge(rule, 1, Integer::sum);
                    words.putIfAbsent(rule, each.getMessage() + " @ " + each.getLocation().getContext());
                }
            }
            if (counts.isEmpty() && result.isCompliant() && result.getTotalAssertions() > 0) {
                System.out.println("passed\t" + result.getTotalAssertions());
            } else if (counts.isEmpty()) {
                counts.put("no rule", 1);
                words.put("no rule", "not compliant, without a reason");
            }
        } catch (Exception broken) {
            counts.put("unreadable", 1);
            words.put("unreadable", String.valueOf(broken));
        }
        for (Map.Entry<String, Integer> each : counts.entrySet()) {
            String said = words.get(each.getKey()).replaceAll("\\s+", " ");
            System.out.println("failed\t" + each.getKey() + "\t" + each.getValue() + "\t" + said);
        }
    }
}
