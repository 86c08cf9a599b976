package tiledesktest

import (
	"bytes"
	"encoding/json"
	"slices"
)

// field is one of an entry that [Server.SetField] has set.
type field struct {
	name  string
	value json.RawMessage
}

// SetField sets a further field of the entry that stands for a token in the list,
// to the JSON of the value, and takes the place of a field of that name that the
// server itself has, "ip" for example. It changes nothing but what the list and the
// answer to a revocation show: neither order nor state of the token. The token must
// have been issued by this server, with or without "JWT " in front.
func (s *Server) SetField(token, name string, value any) {
	s.tb.Helper()
	encoded, err := json.Marshal(value)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.state.byToken[bareToken(token)]
	switch {
	case r == nil:
		s.tb.Fatalf("tiledesktest: SetField: this server did not issue the token")
		return
	case name == "":
		s.tb.Fatalf("tiledesktest: SetField: the name is empty")
		return
	case err != nil:
		s.tb.Fatalf("tiledesktest: SetField: %v", err)
		return
	}
	// A copy, because a reply may be encoded right now.
	fields := slices.DeleteFunc(slices.Clone(r.fields), func(f field) bool { return f.name == name })
	r.fields = append(fields, field{name, encoded})
}

// withFields adds the fields to an entry, which is not encoded yet. Without any it
// stays as it is.
func withFields(entry any, fields []field) any {
	if len(fields) == 0 {
		return entry
	}
	return extended{entry, fields}
}

// extended is an entry with further fields.
type extended struct {
	entry  any
	fields []field
}

// MarshalJSON keeps the order of the entry. A further field stands in the place of
// one of its name, or else at the end.
func (e extended) MarshalJSON() ([]byte, error) {
	members := members(encode(e.entry))
	for _, f := range e.fields {
		i := slices.IndexFunc(members, func(own field) bool { return own.name == f.name })
		if i < 0 {
			members = append(members, f)
		} else {
			members[i] = f
		}
	}
	var b bytes.Buffer
	for i, f := range members {
		b.WriteByte("{,"[min(i, 1)])
		b.Write(encode(f.name))
		b.WriteByte(':')
		b.Write(f.value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// members are those of an object of our own, in order.
func members(object []byte) (list []field) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	_, _ = decoder.Token() // the brace
	for decoder.More() {
		var f field
		name, _ := decoder.Token()
		f.name, _ = name.(string)
		_ = decoder.Decode(&f.value)
		list = append(list, f)
	}
	return list
}
