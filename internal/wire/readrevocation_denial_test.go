package wire_test

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

const (
	ownDocument = `"_id":"ID","jti":"JTI"`
	page500     = `"message":"upstream failed"`
)

// denials are members of a 2xx that say that the token was not revoked, or that
// something else than the API answered. None of them may get lost, whatever stands
// beside them.
var denials = map[string]string{
	"revoked false":             `"revoked":false`,
	"revoked 0":                 `"revoked":0`,
	"revoked null":              `"revoked":null`,
	"revoked as text":           `"revoked":"false"`,
	"revoked no":                `"revoked":"no"`,
	"revoked pending":           `"revoked":"Pending"`,
	"deleted false":             `"deleted":false`,
	"deleted 0":                 `"deleted":0`,
	"deleted 0.0":               `"deleted":0.0`,
	"deleted null":              `"deleted":null`,
	"deleted nothing":           `"deleted":[]`,
	"deleted, as a result":      `"deleted":{"n":0}`,
	"removed false":             `"removed":false`,
	"removed 0":                 `"removed":0`,
	"removed null":              `"removed":null`,
	"isRevoked false":           `"isRevoked":false`,
	"found false":               `"found":false`,
	"removedCount 0":            `"removedCount":0`,
	"a writeResult of n 0":      `"writeResult":{"n":0}`,
	"nothing was updated":       `"updatedExisting":false`,
	"nothing was updated, 0":    `"updatedExisting":0`,
	"nothing was updated, null": `"updatedExisting":null`,
	"nothing was updated, in":   `"lastErrorObject":{"updatedExisting":false}`,
	"nRemoved 0":                `"nRemoved":0`,
	"nRemoved 0 as text":        `"nRemoved":"0"`,
	"nMatched 0":                `"nMatched":0`,
	"n 0":                       `"n":0`,
	"deletedCount 0":            `"deletedCount":0`,
	"DeletedCount 0":            `"DeletedCount":0`,
	"deleted_count 0":           `"deleted_count":"0"`,
	"revokedTokens, none":       `"revokedTokens":[]`,
	"isDeleted false":           `"isDeleted":false`,
	"REMOVED false":             `"REMOVED":false`,
	"an entry was made":         `"n":1,"upsertedCount":1`,
	"a result of false":         `"result":false`,
	"a result of 0":             `"result":0`,
	"a result of nothing":       `"result":""`,
	"a result in words":         `"result":"Failed"`,
	"a value of false":          `"value":false`,
	"data of false":             `"data":false`,
	"a response of false":       `"response":false`,
	"a result of n 0":           `"result":{"n":0,"ok":1}`,
	"data of n 0":               `"data":{"n":0}`,
	"a payload of n 0":          `"payload":{"deletedCount":0}`,
	"n 0, deeper":               `"data":{"result":{"lastErrorObject":{"n":0}}}`,
	"n 0, too deep":             `"data":{"data":{"data":{"data":{"n":0}}}}`,
	"false, deeper":             `"data":{"result":{"revoked":false}}`,
	"a status and a message":    `"statusCode":404,` + page500,
	"as status":                 `"status":500,` + page500,
	"as text":                   `"status":"500",` + page500,
	"as code":                   `"code":400,` + page500,
	"in the order of others":    page500 + `,"statusCode":401`,
	"with msg":                  `"status":403,"msg":"no"`,
	"with a title":              `"status":403,"title":"Forbidden","type":"about:blank"`,
	"in a wrapper":              `"data":{"statusCode":400,` + page500 + `}`,
	"status error":              `"status":"error"`,
	"status fail":               `"status":"Fail","data":{}`,
}

// said are answers that say yes; a denial may stand before or behind what is in them.
var said = map[string]string{
	"success":            `"success":true`,
	"ok":                 `"ok":1`,
	"the document":       ownDocument,
	"a write result":     `"ok":1,"n":1`,
	"a document in data": `"success":true,"doc":{` + ownDocument + `}`,
}

func TestReadRevocation_noDenialIsLost(t *testing.T) {
	t.Parallel()
	for what, yes := range said {
		for sentence, denial := range denials {
			t.Run(what+", and "+sentence, func(t *testing.T) {
				t.Parallel()
				var kinds []wire.Kind
				for _, body := range []string{"{" + yes + "," + denial + "}", "{" + denial + "," + yes + "}"} {
					for name, by := range asked {
						body := named(body)
						fault := wire.ReadRevocation(whole(200, body), by)
						if fault == nil {
							t.Fatalf("by %s: %s counts as a revocation", name, body)
						}
						if fault.Kind == wire.NotFound && strings.Contains(body, askedID) {
							t.Errorf("by %s: %s counts as already gone, though it names the token", name, body)
						}
						kinds = append(kinds, fault.Kind)
					}
				}
				for _, kind := range kinds {
					if kind != kinds[0] {
						t.Errorf("the order or the route matters: %v", kinds)
					}
				}
			})
		}
	}
}

// A count of nothing speaks against "success", whatever it is called; in the document
// of the token it may be a field of its own.
func TestReadRevocation_countOfNothing(t *testing.T) {
	t.Parallel()
	for _, nothing := range []string{
		`"count":0`, `"count":"0"`, `"count":null`, `"count":-1`, `"Count":0.0`, `"total":0`, `"matched":0`, `"modified":false`, `"updated":0`,
		`"affected":0`, `"affectedRows":0`, `"rows_affected":0`, `"numAffected":0`, `"rowCount":0`, `"numberOfTokens":0`, `"tokens":0`, `"results":[]`,
	} {
		for _, body := range []string{`{"success":true,` + nothing + `}`, `{` + nothing + `,"ok":1}`, `{"success":true,"data":{` + nothing + `}}`, `{"n":1,` + nothing + `}`} {
			for name, by := range asked {
				if fault := wire.ReadRevocation(whole(200, body), by); fault == nil || fault.Kind != wire.Unexpected {
					t.Errorf("by %s: %s: got %+v", name, body, fault)
				}
			}
		}
		for name, by := range asked {
			if fault := wire.ReadRevocation(whole(200, named(`{`+ownDocument+`,`+nothing+`}`)), by); fault != nil {
				t.Errorf("by %s: in the document of the token %s: got %+v", name, nothing, fault)
			}
		}
	}
	for _, fine := range []string{
		`"failed":[]`, `"errors":{}`, `"skipped":0`, `"dryRun":false`, `"status":"done"`, `"state":"revoked"`, `"reason":"leaked"`, `"message":"not found before"`,
		`"count":1`, `"total":3`, `"updated":"2026-01-06T09:00:00.000Z"`, `"notFound":0`, `"errorCount":0`, `"remaining":0`, `"failed":0`,
		`"errors":[]`, `"user":null`, `"matchedCount":1,"modifiedCount":0`, `"tokensLeft":0`, `"accessCount":0`,
	} {
		if fault := wire.ReadRevocation(whole(200, `{"success":true,`+fine+`}`), asked["jti"]); fault != nil {
			t.Errorf("%s: got %+v", fine, fault)
		}
	}
}

// Servers have many words for what was not done. In the document of the token they may be fields
// of its own.
func TestReadRevocation_failuresInOtherWords(t *testing.T) {
	t.Parallel()
	for _, failure := range []string{
		`"failed":1`, `"failed":["a"]`, `"failures":[{"jti":"JTI"}]`, `"notFound":true`, `"not_found":1`, `"notRevoked":["JTI"]`, `"errorMessage":"no such token"`,
		`"error_description":"x"`, `"errorCount":1`, `"errmsg":"x"`, `"exception":"x"`, `"Error":"x"`, `"skipped":1`, `"dryRun":true`, `"Success":false`, `"OK":0`,
		`"status":"pending"`, `"state":"queued"`, `"outcome":"Not found"`, `"result":"noop"`, `"status_code":500`, `"httpStatus":404`,
	} {
		for _, body := range []string{`{"success":true,` + failure + `}`, `{` + failure + `,"ok":1}`, `{"success":true,"data":{` + failure + `}}`, `{"n":1,` + failure + `}`} {
			for name, by := range asked {
				if fault := wire.ReadRevocation(whole(200, named(body)), by); fault == nil || fault.Kind == wire.NotFound {
					t.Errorf("by %s: %s: got %+v", name, body, fault)
				}
			}
		}
	}
	for _, fields := range []string{`"failed":1`, `"state":"pending"`, `"error_description":"x"`, `"skipped":1`, `"notFound":true`} {
		for name, by := range asked {
			if fault := wire.ReadRevocation(whole(200, named(`{`+ownDocument+`,`+fields+`}`)), by); fault != nil {
				t.Errorf("by %s: in the document of the token %s: got %+v", name, fields, fault)
			}
		}
	}
}

// Fields of a document mean what they mean there, and not that it was not revoked.
func TestReadRevocation_fieldsOfADocument(t *testing.T) {
	t.Parallel()
	for _, fields := range []string{
		`"status":-1`, `"status":100`, `"status":429`, `"code":451`, `"message":"signed in"`, `"status":-1,"message":"signed in"`,
		`"token":null`, `"token":""`, `"value":0`, `"history":[]`, `"data":{}`, `"data":{"_id":"x"}`, `"revoked":true`, `"revoked":1`,
		`"revoked":"2026-01-06T09:00:00.000Z"`, `"deleted":true`, `"n":1`, `"ok":1`, `"count":0`, `"updated":null`, `"sessions":[]`, `"sessions":[{"n":0}]`, `"user":{"n":0,"deleted":false}`,
	} {
		for _, body := range []string{`{` + ownDocument + `,` + fields + `}`, `{` + fields + `,` + ownDocument + `}`, `{"success":true,"doc":{` + ownDocument + `,` + fields + `}}`} {
			for name, by := range asked {
				body := named(body)
				if fault := wire.ReadRevocation(whole(200, body), by); fault != nil {
					t.Errorf("by %s: %s: got %+v", name, body, fault)
				}
			}
		}
	}
}
