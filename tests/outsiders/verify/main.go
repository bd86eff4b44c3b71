// Verifies what a ledger hands out with golang.org/x/mod/sumdb/note and sumdb/tlog, and nothing else of anybody's.
//
//	verify checkpoint NOTE VKEY
//	verify entry LEAF PROOF VKEY
//	verify consistency FILE OLD VKEY
//	verify log DIR VKEY
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a C2SP tile

func main() {
	log.SetFlags(0)
	log.SetPrefix("verify: ")
	commands := map[string]struct {
		arguments int
		run       func([]string)
	}{
		"checkpoint":  {2, checkpoint},
		"entry":       {3, entry},
		"consistency": {3, consistency},
		"log":         {2, wholeLog},
	}
	if len(os.Args) < 2 || commands[os.Args[1]].run == nil || len(os.Args)-2 != commands[os.Args[1]].arguments {
		log.Fatal("wanted a command and its files")
	}
	commands[os.Args[1]].run(os.Args[2:])
}

// open gives the tree that a checkpoint signed by the key is the head of, and the log's name.
func open(data []byte, vkey string) (tlog.Tree, string) {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	opened, err := note.Open(data, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" || lines[0] != verifier.Name() {
		log.Fatalf("not a checkpoint of %s", verifier.Name())
	}
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: number(lines[1]), Hash: hash}, lines[0]
}

func checkpoint(arguments []string) {
	tree, origin := open(read(arguments[0]), arguments[1])
	fmt.Printf("%s: %d entries\n", origin, tree.N)
}

func entry(arguments []string) {
	head, rest := cut(read(arguments[1]))
	tree, origin := open(rest, arguments[2])
	if len(head) < 2 || head[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(head[1], "index ") {
		log.Fatal("not a proof file")
	}
	index := number(strings.TrimPrefix(head[1], "index "))
	leaf := tlog.RecordHash(read(arguments[0]))
	check(tlog.CheckRecord(tlog.RecordProof(hashes(head[2:])), tree.N, tree.Hash, index, leaf))
	fmt.Printf("%s: entry %d of %d\n", origin, index, tree.N)
}

func consistency(arguments []string) {
	head, rest := cut(read(arguments[0]))
	old, was := open(read(arguments[1]), arguments[2])
	tree, origin := open(rest, arguments[2])
	if head[0] != fmt.Sprintf("old %d", old.N) || was != origin {
		log.Fatal("the proof is for another checkpoint")
	}
	check(tlog.CheckTree(tlog.TreeProof(hashes(head[1:])), tree.N, tree.Hash, old.N, old.Hash))
	fmt.Printf("%s: %d of %d entries\n", origin, old.N, tree.N)
}

// tiles reads the tiles of an export. The paths of sumdb name the height of a tile, those of C2SP do not.
type tiles struct{ folder string }

func (r tiles) Height() int                     { return height }
func (r tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(r.folder, path(tile)))
		if err != nil {
			return nil, err
		}
		found[i] = data
	}
	return found, nil
}

func path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
}

// wholeLog hashes every entry, compares every tile with the tree of these hashes, and the tree with what was signed;
// then it proves each entry from the tiles alone, as a reader over a network would.
func wholeLog(arguments []string) {
	folder := arguments[0]
	tree, origin := open(read(filepath.Join(folder, "checkpoint")), arguments[1])
	var stored []tlog.Hash
	inMemory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	var leaves []tlog.Hash
	all := newest(tlog.NewTiles(height, 0, tree.N))
	for _, tile := range all {
		if tile.L == 0 {
			name := strings.Replace(path(tile), "tile/0/", "tile/entries/", 1)
			for _, leaf := range bundle(read(filepath.Join(folder, name)), tile.W) {
				leaves = append(leaves, tlog.RecordHash(leaf))
			}
		}
	}
	for n, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(n), leaf, inMemory)
		check(err)
		stored = append(stored, more...)
	}
	for _, tile := range all {
		data, err := tlog.ReadTileData(tile, inMemory)
		check(err)
		if !bytes.Equal(data, read(filepath.Join(folder, path(tile)))) {
			log.Fatalf("%s is not what the entries give", path(tile))
		}
	}
	root, err := tlog.TreeHash(tree.N, inMemory)
	check(err)
	if root != tree.Hash || int64(len(leaves)) != tree.N {
		log.Fatal("the entries have another root than was signed")
	}
	fromTiles := tlog.TileHashReader(tree, tiles{folder})
	for n, leaf := range leaves {
		proof, err := tlog.ProveRecord(tree.N, int64(n), fromTiles)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(n), leaf))
	}
	fmt.Printf("%s: all %d entries\n", origin, tree.N)
}

// newest leaves out the partial tiles that NewTiles lists for every size on the way.
func newest(all []tlog.Tile) []tlog.Tile {
	var found []tlog.Tile
	for i, tile := range all {
		if i+1 == len(all) || all[i+1].L != tile.L || all[i+1].N != tile.N {
			found = append(found, tile)
		}
	}
	return found
}

func bundle(data []byte, width int) [][]byte {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			log.Fatal("a bundle breaks off")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != width {
		log.Fatalf("a bundle has %d entries, wanted %d", len(entries), width)
	}
	return entries
}

// cut splits a file at its first blank line: lines before, bytes after.
func cut(data []byte) ([]string, []byte) {
	head, rest, found := bytes.Cut(data, []byte("\n\n"))
	if !found {
		log.Fatal("no blank line")
	}
	return strings.Split(string(head), "\n"), rest
}

func hashes(lines []string) []tlog.Hash {
	var found []tlog.Hash
	for _, line := range lines {
		data, err := base64.StdEncoding.Strict().DecodeString(line)
		check(err)
		if len(data) != tlog.HashSize {
			log.Fatal("a hash has 32 bytes")
		}
		var hash tlog.Hash
		copy(hash[:], data)
		found = append(found, hash)
	}
	return found
}

func number(text string) int64 {
	found, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(found, 10) != text || found < 0 {
		log.Fatalf("not a number: %q", text)
	}
	return found
}

func read(name string) []byte {
	data, err := os.ReadFile(name)
	check(err)
	return data
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
