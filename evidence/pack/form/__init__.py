"""What builder and checker share: names of files and their lists, tables under the manifest, the container."""
