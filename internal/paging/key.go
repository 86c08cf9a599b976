package paging

import (
	"crypto/sha256"
	"encoding/binary"
)

// Key stands for one entry, so that a walk remembers a fixed number of bytes of
// each, however long a server makes its identifiers.
type Key [16]byte

// KeyOf tells entries apart: by both identifiers, or by every byte of raw where an
// entry has none (named is then false). It is a hash that a hostile server cannot
// make collide, and it says where one identifier ends and the other begins.
func KeyOf(id, jti string, raw []byte) (key Key, named bool) {
	named = id != "" || jti != ""
	if named {
		var stack [128]byte // most pairs fit, without an allocation
		raw = binary.AppendUvarint(stack[:0], uint64(len(id)))
		raw = append(append(raw, id...), jti...)
	}
	sum := sha256.Sum256(raw)
	key = Key(sum[:len(key)])
	key[0] &^= 1
	if named { // no raw entry is ever taken for a pair of identifiers
		key[0] |= 1
	}
	return key, named
}
