// Do programs of others find the log to be what it says?
//
//	logcheck DIRECTORY QUESTIONS.json
//
// Reads a log as static files (checkpoint, tile/…) and checks it with golang.org/x/mod/sumdb/{note,tlog}, the verifier of
// Go's checksum database: signatures, every tile, every entry, and the proofs asked for in the questions. It prints what
// it checked and exits with 0, or prints the first failure and exits with 1.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// questions are what the log's own program claims about the log.
type questions struct {
	LogKey      string      `json:"log_key"`
	Cosigners   []string    `json:"cosigners"`
	Inclusion   []inclusion `json:"inclusion"`
	Consistency []inclusion `json:"consistency"`
}

// inclusion is a proof for the entry at Number; as consistency, for the tree of Number entries with the root Root.
type inclusion struct {
	Number int64    `json:"number"`
	Root   string   `json:"root"`
	Proof  []string `json:"proof"`
}

// files reads tiles below a directory; the paths of C2SP lack the height that those of tlog carry.
type files string

func (f files) Height() int                     { return height }
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}
func (f files) path(t tlog.Tile) string {
	return filepath.Join(string(f), strings.Replace(t.Path(), "tile/8/", "tile/", 1))
}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(f.path(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func main() {
	checked, err := check(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(checked)
}

func check(directory, questionFile string) (string, error) {
	var asked questions
	data, err := os.ReadFile(questionFile)
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(data, &asked); err != nil {
		return "", err
	}
	tree, signatures, err := openCheckpoint(filepath.Join(directory, "checkpoint"), asked)
	if err != nil {
		return "", err
	}
	store := files(directory)
	reader := tlog.TileHashReader(tree, store)
	tiles, err := checkTiles(tree, store, reader)
	if err != nil {
		return "", err
	}
	entries, err := checkEntries(tree, store, reader)
	if err != nil {
		return "", err
	}
	if err := checkProofs(tree, reader, entries, asked); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d signatures, %d tiles, %d entries, %d inclusion and %d consistency proofs",
		signatures, tiles, len(entries), len(asked.Inclusion), len(asked.Consistency)), nil
}

// openCheckpoint verifies every signature of the note; a line nobody can verify is a failure here.
func openCheckpoint(path string, asked questions) (tlog.Tree, int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	log, err := note.NewVerifier(asked.LogKey)
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	verifiers := []note.Verifier{log}
	for _, vkey := range asked.Cosigners {
		cosigner, err := newCosigner(vkey)
		if err != nil {
			return tlog.Tree{}, 0, err
		}
		verifiers = append(verifiers, cosigner)
	}
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	if len(opened.UnverifiedSigs) > 0 || len(opened.Sigs) != len(verifiers) {
		return tlog.Tree{}, 0, errors.New("a signature is missing or unknown")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() {
		return tlog.Tree{}, 0, errors.New("not a checkpoint of this log")
	}
	var tree tlog.Tree
	if _, err := fmt.Sscanf(lines[1], "%d", &tree.N); err != nil {
		return tlog.Tree{}, 0, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, len(opened.Sigs), err
}

// checkTiles compares every tile file with the tile that leads to the signed root.
func checkTiles(tree tlog.Tree, store files, reader tlog.HashReader) (int, error) {
	tiles := tlog.NewTiles(height, 0, tree.N)
	for _, tile := range tiles {
		want, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			return 0, err
		}
		have, err := os.ReadFile(store.path(tile))
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(have, want) {
			return 0, fmt.Errorf("tile %s differs", tile.Path())
		}
	}
	return len(tiles), nil
}

// checkEntries reads every bundle and compares each entry with its hash in the tree.
func checkEntries(tree tlog.Tree, store files, reader tlog.HashReader) ([][]byte, error) {
	var entries [][]byte
	for start := int64(0); start < tree.N; start += 1 << height {
		width := min(1<<height, tree.N-start)
		tile := tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)}
		data, err := os.ReadFile(strings.Replace(store.path(tile), "tile/data/", "tile/entries/", 1))
		if err != nil {
			return nil, err
		}
		for range width {
			if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
				return nil, fmt.Errorf("bundle %d is short", tile.N)
			}
			length := int(data[0])<<8 + int(data[1])
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("bundle %d is long", tile.N)
		}
	}
	indexes := make([]int64, len(entries))
	for number := range entries {
		indexes[number] = tlog.StoredHashIndex(0, int64(number))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	for number, entry := range entries {
		if tlog.RecordHash(entry) != hashes[number] {
			return nil, fmt.Errorf("entry %d differs", number)
		}
	}
	return entries, nil
}

// checkProofs verifies the given proofs and compares them with those made here from the tiles.
func checkProofs(tree tlog.Tree, reader tlog.HashReader, entries [][]byte, asked questions) error {
	for _, each := range asked.Inclusion {
		leaf := tlog.RecordHash(entries[each.Number])
		if err := tlog.CheckRecord(hashes(each.Proof), tree.N, tree.Hash, each.Number, leaf); err != nil {
			return fmt.Errorf("inclusion of %d: %w", each.Number, err)
		}
		own, err := tlog.ProveRecord(tree.N, each.Number, reader)
		if err != nil || fmt.Sprint(own) != fmt.Sprint(hashes(each.Proof)) {
			return fmt.Errorf("inclusion of %d: another proof (%v)", each.Number, err)
		}
	}
	for _, each := range asked.Consistency {
		root := hashes([]string{each.Root})[0]
		if err := tlog.CheckTree(hashes(each.Proof), tree.N, tree.Hash, each.Number, root); err != nil {
			return fmt.Errorf("consistency from %d: %w", each.Number, err)
		}
		own, err := tlog.ProveTree(tree.N, each.Number, reader)
		if err != nil || fmt.Sprint(own) != fmt.Sprint(hashes(each.Proof)) {
			return fmt.Errorf("consistency from %d: another proof (%v)", each.Number, err)
		}
	}
	return nil
}

func hashes(texts []string) []tlog.Hash {
	all := make([]tlog.Hash, len(texts))
	for place, text := range texts {
		data, _ := base64.StdEncoding.DecodeString(text)
		copy(all[place][:], data)
	}
	return all
}
