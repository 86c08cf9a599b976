package wire_test

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

const (
	askedJTI = "2e5e5e9b-8a3b-4975-83e2-35ea216c468b"
	askedID  = "6b02c254b4f8164bc2ae64b7"
	otherID  = "6b02c254b4f8164bc2ae64ff"
	other    = "00000000-8a3b-4975-83e2-35ea216c468b"
)

// asked is the token that was asked for, by either route.
var asked = map[string]wire.Asked{"jti": {JTI: askedJTI}, "id": {ID: askedID}}

// named puts the token that was asked for in the place of JTI and ID.
func named(body string) string {
	return strings.NewReplacer("JTI", askedJTI, "ID", askedID).Replace(body)
}

// whole is an answer whose end is known.
func whole(status int, body string) wire.Answer {
	return wire.Answer{Status: status, Body: []byte(body), Whole: true}
}

// revoked is what an answer comes to that has no fault.
const revoked wire.Kind = -1

func kindOf(fault *wire.Fault) wire.Kind {
	if fault == nil {
		return revoked
	}
	return fault.Kind
}

// verdicts are the 2xx answers to a DELETE and what they mean. JTI and ID stand
// for the token that was asked for, by either.
var verdicts = map[string]struct {
	body string
	want wire.Kind
}{
	"nothing":                             {"", revoked},
	"white space":                         {" \r\n", revoked},
	"a byte order mark":                   {"\xef\xbb\xbf", revoked},
	"OK":                                  {"OK", revoked},
	"ok with a line break":                {" ok\n", revoked},
	"OK in quotes":                        {`"OK"`, revoked},
	"true":                                {"true", revoked},
	"an empty object":                     {"{ }", revoked},
	"success":                             {`{"success":true}`, revoked},
	"success with a message":              {`{"success":true,"msg":"Token revoked"}`, revoked},
	"success as text":                     {`{"success":"true"}`, revoked},
	"success as a number":                 {`{"success":1}`, revoked},
	"success with errors of nothing":      {`{"success":true,"error":null,"err":"","errors":[]}`, revoked},
	"the document":                        {`{"status":-1,"_id":"ID","jti":"JTI","__v":0}`, revoked},
	"the document with $oid":              {`{"_id":{"$oid":"ID"},"jti":"JTI"}`, revoked},
	"the document with an array":          {`{"_id":"ID","jti":"JTI","sessions":[{"ip":"::1"}],"data":[]}`, revoked},
	"the document with odd fields":        {`{"_id":"ID","jti":"JTI","token":null,"value":{"_id":"x"}}`, revoked},
	"the document in a wrapper":           {`{"success":true,"jwt":{"_id":"ID","jti":"JTI"}}`, revoked},
	"the document in a wrapper alone":     {`{"data":{"_id":"ID","jti":"JTI"}}`, revoked},
	"the document with escapes":           {`{"\u005fid":"ID","j\u0074i":"JTI"}`, revoked},
	"the last of two keys":                {`{"_id":"x","jti":"x","_id":"ID","jti":"JTI"}`, revoked},
	"a write result":                      {`{"n":1,"nModified":1,"ok":1}`, revoked},
	"a write result as text":              {`{"n":"1","ok":"1"}`, revoked},
	"a token revoked before":              {`{"n":1,"nModified":0,"ok":1}`, revoked},
	"matched and unmodified":              {`{"acknowledged":true,"matchedCount":1,"modifiedCount":0}`, revoked},
	"deleted":                             {`{"acknowledged":true,"deletedCount":1}`, revoked},
	"deleted two":                         {`{"deletedCount":2}`, revoked},
	"modified alone":                      {`{"modifiedCount":1}`, revoked},
	"ok alone":                            {`{"ok":1}`, revoked},
	"a result inside":                     {`{"result":{"n":1,"ok":1},"connection":{"id":1}}`, revoked},
	"findOneAndUpdate":                    {`{"lastErrorObject":{"n":1,"updatedExisting":true},"value":{"_id":"ID","jti":"JTI"},"ok":1}`, revoked},
	"null":                                {"null", wire.NotFound},
	"null in white space":                 {" null\n", wire.NotFound},
	"n of 0":                              {`{"n":0,"nModified":0,"ok":1}`, wire.NotFound},
	"n of 0 as text":                      {`{"n":"0","ok":1}`, wire.NotFound},
	"n of 0.0":                            {`{"n":0.0}`, wire.NotFound},
	"matched none":                        {`{"acknowledged":true,"matchedCount":0,"modifiedCount":0}`, wire.NotFound},
	"deleted none":                        {`{"acknowledged":true,"deletedCount":0}`, wire.NotFound},
	"deleted none, yet success":           {`{"success":true,"deletedCount":0}`, wire.NotFound},
	"a result inside of none":             {`{"result":{"n":0,"ok":1}}`, wire.NotFound},
	"a result inside of data":             {`{"success":true,"data":{"deletedCount":0}}`, wire.NotFound},
	"findOneAndUpdate of none":            {`{"lastErrorObject":{"n":0,"updatedExisting":false},"value":null,"ok":1}`, wire.NotFound},
	"findOneAndUpdate, null only":         {`{"value":null,"ok":1}`, wire.NotFound},
	"findOneAndUpdate of none, nested":    {`{"result":{"lastErrorObject":{"n":0},"ok":1}}`, wire.NotFound},
	"null in a wrapper":                   {`{"success":true,"jwt":null}`, wire.NotFound},
	"false":                               {"false", wire.Reported},
	"success false":                       {`{"success":false}`, wire.Reported},
	"success false with a message":        {`{"success":false,"msg":"Object not found."}`, wire.Reported},
	"success of null":                     {`{"success":null}`, wire.Reported},
	"success of 0":                        {`{"success":0}`, wire.Reported},
	"success of false as text":            {`{"success":"false"}`, wire.Reported},
	"success of no":                       {`{"success":"no"}`, wire.Reported},
	"success of pending":                  {`{"success":"pending"}`, wire.Reported},
	"success of an object":                {`{"success":{}}`, wire.Reported},
	"success true, then false":            {`{"success":true,"success":false}`, wire.Reported},
	"success false, then true":            {`{"success":false,"success":true}`, wire.Reported},
	"an error":                            {`{"error":"broken"}`, wire.Reported},
	"an error beside success":             {`{"success":true,"error":"broken"}`, wire.Reported},
	"an error that is an object":          {`{"error":{"code":11000}}`, wire.Reported},
	"an err":                              {`{"err":"broken"}`, wire.Reported},
	"errors":                              {`{"errors":[{"msg":"bad"}]}`, wire.Reported},
	"errors of a validation":              {`{"success":true,"errors":{"jti":{"message":"bad"}}}`, wire.Reported},
	"write errors":                        {`{"n":1,"ok":1,"writeErrors":[{"code":1}]}`, wire.Reported},
	"a write concern error":               {`{"n":1,"ok":1,"writeConcernError":{"code":64}}`, wire.Reported},
	"the document beside an error":        {`{"_id":"ID","jti":"JTI","error":"not saved"}`, wire.Reported},
	"a failure in a wrapper":              {`{"ok":1,"result":{"success":false,"msg":"no"}}`, wire.Reported},
	"a value of 0":                        {`{"success":true,"value":0}`, wire.Reported},
	"data of nothing":                     {`{"success":true,"data":""}`, wire.Reported},
	"a token of nothing":                  {`{"ok":1,"token":""}`, wire.Reported},
	"a history of 0":                      {`{"ok":1,"history":0}`, wire.Reported},
	"a failure that found nothing":        {`{"data":null,"status":"fail"}`, wire.Reported},
	"nothing found, and no success":       {`{"n":0,"success":false}`, wire.Reported},
	"a status that is an error's":         {`{"success":true,"status":404}`, wire.Reported},
	"a status that is an error's, beside": {`{"success":true,"status":404,"code":11000}`, wire.Reported},
	"a status that is not HTTP's":         {`{"success":true,"status":600}`, revoked},
	"the last status of an error":         {`{"success":true,"status":599}`, wire.Reported},
	"a list of what was deleted":          {`{"success":true,"deleted":["JTI"]}`, revoked},
	"success, three wrappers deep":        {`{"data":{"data":{"data":{"success":true}}}}`, revoked},
	"success, four wrappers deep":         {`{"data":{"data":{"data":{"data":{"success":true}}}}}`, wire.Unexpected},
	"nothing found, and one updated":      {`{"updatedExisting":true,"n":0}`, wire.Unexpected},
	"nothing found, and one modified":     {`{"nModified":1,"n":0}`, wire.Unexpected},
	"nothing found, and one deleted":      {`{"deleted":true,"n":0}`, wire.Unexpected},
	"modified, who knows":                 {`{"nModified":"some"}`, wire.Unexpected},
	"an envelope without its list":        {`{"success":true,"perPage":40}`, wire.Unexpected},
	"another document with a value of 0":  {`{"jti":"x","value":0}`, wire.Reported},
	"nothing removed":                     {`{"nRemoved":0,"ok":1}`, wire.NotFound},
	"nothing updated":                     {`{"updatedExisting":false,"ok":1}`, wire.NotFound},
	"nothing found, and one found":        {`{"n":0,"deletedCount":1}`, wire.Unexpected},
	"ok of 0":                             {`{"n":1,"ok":0}`, wire.Unexpected},
	"not acknowledged":                    {`{"acknowledged":false,"deletedCount":1}`, wire.Unexpected},
	"not ok, as text":                     {`{"ok":"no"}`, wire.Unexpected},
	"n of null":                           {`{"n":null,"ok":1}`, wire.Unexpected},
	"n of true":                           {`{"n":true}`, wire.Unexpected},
	"n of a fraction":                     {`{"n":0.5}`, wire.Unexpected},
	"n negative":                          {`{"n":-1}`, wire.Unexpected},
	"nothing modified, n unknown":         {`{"ok":1,"nModified":0}`, wire.Unexpected},
	"nothing modified, alone":             {`{"modifiedCount":0}`, wire.Unexpected},
	"HTML":                                {"<!DOCTYPE html><title>Dashboard</title>", wire.Unexpected},
	"other text":                          {"Accepted", wire.Unexpected},
	"OK and more":                         {"OK, but no", wire.Unexpected},
	"other text in quotes":                {`"deleted"`, wire.Unexpected},
	"a number":                            {"1", wire.Unexpected},
	"zero":                                {"0", wire.Unexpected},
	"broken JSON":                         {`{"success":tr`, wire.Unexpected},
	"two values":                          {`{"success":true}{}`, wire.Unexpected},
	"trailing text":                       {`{"success":true} <!-- proxy -->`, wire.Unexpected},
	"an array":                            {`[]`, wire.Unexpected},
	"an array of the document":            {`[{"_id":"ID","jti":"JTI"}]`, wire.Unexpected},
	"a list":                              {`{"perPage":40,"count":1,"jwts":[{"_id":"ID","jti":"JTI"}]}`, wire.Unexpected},
	"an empty list":                       {`{"perPage":40,"count":0,"jwts":[]}`, wire.Unexpected},
	"a list without numbers":              {`{"jwts":[]}`, wire.Unexpected},
	"a list with success":                 {`{"success":true,"jwts":[{"_id":"ID"}]}`, wire.Unexpected},
	"a list of an unknown name":           {`{"success":true,"entries":[{"_id":"ID","jti":"JTI"}]}`, wire.Unexpected},
	"a list in a wrapper":                 {`{"success":true,"result":[]}`, wire.Unexpected},
	"a list inside of a wrapper":          {`{"success":true,"data":{"perPage":40,"jwts":[]}}`, wire.Unexpected},
	"a document of another token":         {`{"_id":"` + otherID + `","jti":"` + other + `"}`, wire.Unexpected},
	"another document with success":       {`{"success":true,"_id":"` + otherID + `","jti":"` + other + `"}`, wire.Unexpected},
	"another document in a wrapper":       {`{"success":true,"jwt":{"_id":"` + otherID + `","jti":"` + other + `"}}`, wire.Unexpected},
	"another document in findOneAndX":     {`{"value":{"_id":"` + otherID + `","jti":"` + other + `"},"ok":1}`, wire.Unexpected},
	"another document beside n":           {`{"n":1,"_id":"` + otherID + `","jti":"` + other + `"}`, wire.Unexpected},
	"the first of two keys":               {`{"_id":"ID","jti":"JTI","_id":"x","jti":"x"}`, wire.Unexpected},
	"an object that says nothing":         {`{"status":100}`, wire.Unexpected},
	"an object with a message":            {`{"message":"Token not revoked"}`, wire.Unexpected},
	"a document without identifiers":      {`{"_id":null,"jti":"","status":-1}`, wire.Unexpected},
	"the user's document":                 {`{"user":{"_id":"ID"}}`, wire.Unexpected},
	"identifiers of another case in text": {`{"_id":["ID"],"jti":["JTI"]}`, wire.Unexpected},
	"bottomless nesting":                  {strings.Repeat(`{"data":`, 1<<17) + "1" + strings.Repeat("}", 1<<17), wire.Unexpected},
	"wrappers in wrappers":                {strings.Repeat(`{"data":`, 5000) + `{"success":true}` + strings.Repeat("}", 5000), wire.Unexpected},
}

func TestReadRevocation_verdicts(t *testing.T) {
	t.Parallel()
	for sentence, test := range verdicts {
		for name, by := range asked {
			t.Run(sentence+", by "+name, func(t *testing.T) {
				t.Parallel()
				fault := wire.ReadRevocation(whole(200, named(test.body)), by)
				if got := kindOf(fault); got != test.want {
					t.Errorf("got %d (%+v), want %d", got, fault, test.want)
				}
			})
		}
	}
}

// TestReadRevocation_documents compares what a document names with what was asked for.
func TestReadRevocation_documents(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		asked wire.Asked
		body  string
		want  wire.Kind
	}{
		"a jti that is a number":             {wire.Asked{JTI: "12"}, `{"jti":12}`, revoked},
		"an id that is a number":             {wire.Asked{ID: "12"}, `{"_id":12}`, revoked},
		"an ObjectId in capitals":            {wire.Asked{ID: "6B02C254B4F8164BC2AE64B7"}, `{"_id":"6b02c254b4f8164bc2ae64b7"}`, revoked},
		"a jti in capitals":                  {wire.Asked{JTI: "ABC"}, `{"jti":"abc"}`, wire.Unexpected},
		"an id of text in capitals":          {wire.Asked{ID: "ABC"}, `{"_id":"abc"}`, wire.Unexpected},
		"the jti asked for, whatever the id": {wire.Asked{JTI: "a"}, `{"_id":"b","jti":"a"}`, revoked},
		"the id asked for, whatever the jti": {wire.Asked{ID: "b"}, `{"_id":"b","jti":"a"}`, revoked},
		"asked by jti, named by id only":     {wire.Asked{JTI: "a"}, `{"_id":"a"}`, revoked},
		"asked by id, named by jti only":     {wire.Asked{ID: "a"}, `{"jti":"a"}`, revoked},
		"asked by jti, another id only":      {wire.Asked{JTI: "a"}, `{"_id":"b"}`, wire.Unexpected},
		"asked by jti, the id is the same":   {wire.Asked{JTI: "a"}, `{"_id":"a","jti":"b"}`, wire.Unexpected},
		"asked by id, the jti is the same":   {wire.Asked{ID: "a"}, `{"_id":"b","jti":"a"}`, wire.Unexpected},
		"a jti that begins alike":            {wire.Asked{JTI: "a"}, `{"jti":"ab"}`, wire.Unexpected},
		"a jti with a slash":                 {wire.Asked{JTI: "a/b"}, `{"jti":"a/b"}`, revoked},
		"a jti with escapes":                 {wire.Asked{JTI: "ü"}, `{"jti":"\u00fc"}`, revoked},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			fault := wire.ReadRevocation(whole(200, test.body), test.asked)
			if got := kindOf(fault); got != test.want {
				t.Errorf("got %d (%+v), want %d", got, fault, test.want)
			}
		})
	}
}

// What the body says against the revocation outweighs that 202 promises nothing.
func TestReadRevocation_acceptedWithABodyThatSaysNo(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]wire.Fault{
		"null":                                 {Kind: wire.NotFound},
		`{"success":false,"msg":"Try later."}`: {Kind: wire.Reported, Message: "Try later."},
		`{"success":true}`:                     {Kind: wire.Unexpected},
	} {
		if got := wire.ReadRevocation(whole(202, body), asked["jti"]); got == nil || got.Kind != want.Kind || got.Message != want.Message {
			t.Errorf("%s: got %+v, want %+v", body, got, want)
		}
	}
}

// The advice names the first of two reasons of a kind, and what the answer was.
func TestReadRevocation_advice(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"jti":"x","result":[]}`: "another token", `{"result":[],"data":{"jti":"x"}}`: "a list", `{"n":-1,"ok":0}`: "cannot be read",
		`{"ok":0,"n":-1}`: "not acknowledge", "<html>": "HTML", "{": "not JSON",
	} {
		if fault := wire.ReadRevocation(whole(200, body), asked["jti"]); fault == nil || !strings.Contains(fault.Advice, want) {
			t.Errorf("%s: got %+v, want %q", body, fault, want)
		}
	}
	for status, want := range map[int]string{202: "noted", 207: "207 does not say"} {
		if fault := wire.ReadRevocation(whole(status, ""), asked["jti"]); fault == nil || !strings.Contains(fault.Advice, want) {
			t.Errorf("%d: got %+v, want %q", status, fault, want)
		}
	}
}

// A body that may go on counts only where it closes by itself.
func TestReadRevocation_notWhole(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]wire.Kind{
		"": wire.Unexpected, " \n": wire.Unexpected, "OK": wire.Unexpected, "true": wire.Unexpected, "null": wire.Unexpected, "1": wire.Unexpected,
		`"OK"`: revoked, `{}`: revoked, `{"success":true}`: revoked, `{"n":1}`: revoked, `{"n":0}`: wire.NotFound,
	} {
		fault := wire.ReadRevocation(wire.Answer{Status: 200, Body: []byte(body)}, asked["jti"])
		if got := kindOf(fault); got != want {
			t.Errorf("%s: got %d (%+v), want %d", body, got, fault, want)
		}
	}
}

// What a status promises, with an empty body and with one that says yes.
func TestReadRevocation_status(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct{ empty, yes bool }{
		200: {true, true}, 201: {true, true}, 202: {}, 203: {false, true}, 204: {true, true}, 205: {false, true},
		206: {}, 207: {}, 208: {}, 226: {}, 299: {},
	} {
		for body, is := range map[string]bool{"": want.empty, " \n": want.empty, `{"success":true}`: want.yes, "OK": want.yes} {
			for by, asked := range asked {
				fault := wire.ReadRevocation(whole(status, body), asked)
				if (fault == nil) != is || fault != nil && fault.Kind != wire.Unexpected {
					t.Errorf("%d %q, by %s: got %+v, want a revocation: %t", status, body, by, fault, is)
				}
			}
		}
	}
}
