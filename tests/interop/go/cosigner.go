package main

import (
	"crypto/ed25519"
	"crypto/mldsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// cosigner verifies lines of c2sp.org/tlog-cosignature, which package note does not know, with Go's own cryptography.
type cosigner struct {
	name   string
	kind   byte
	public []byte
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("no verifier key")
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) < 2 {
		return nil, errors.New("no verifier key")
	}
	found := &cosigner{parts[0], data[0], data[1:]}
	if fmt.Sprintf("%08x", found.KeyHash()) != parts[1] {
		return nil, errors.New("the number of a verifier key does not fit")
	}
	return found, nil
}

func (c *cosigner) Name() string { return c.name }

func (c *cosigner) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(c.name+"\n"+string([]byte{c.kind})), c.public...))
	return binary.BigEndian.Uint32(sum[:])
}

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) < 8 {
		return false
	}
	time, signature := binary.BigEndian.Uint64(signature), signature[8:]
	switch c.kind {
	case 0x04:
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
		return ed25519.Verify(c.public, []byte(message), signature)
	case 0x06:
		key, err := mldsa.NewPublicKey(mldsa.MLDSA44(), c.public)
		return err == nil && mldsa.Verify(key, c.subtree(string(text), time), signature, nil) == nil
	}
	return false
}

// subtree is the cosigned_message of the specification for a checkpoint: the entries from 0 to the size.
func (c *cosigner) subtree(text string, time uint64) []byte {
	lines := strings.Split(text, "\n")
	var size uint64
	fmt.Sscanf(lines[1], "%d", &size)
	root, _ := tlog.ParseHash(lines[2])
	message := []byte("subtree/v1\n\x00")
	message = append(append(message, byte(len(c.name))), c.name...)
	message = binary.BigEndian.AppendUint64(message, time)
	message = append(append(message, byte(len(lines[0]))), lines[0]...)
	message = binary.BigEndian.AppendUint64(message, 0)
	message = binary.BigEndian.AppendUint64(message, size)
	return append(message, root[:]...)
}
