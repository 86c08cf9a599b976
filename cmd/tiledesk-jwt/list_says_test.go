package main

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

var objectID = regexp.MustCompile(`\b[0-9a-f]{24}\b`)

// What list asks for, prints and says, of three tokens on pages of two.
func TestList_asksAndPrints(t *testing.T) {
	t.Parallel()
	broken := tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError, Body: `{"success":false,"msg":"no"}`}
	for name, c := range map[string]struct {
		opts  []tiledesktest.Option
		none  bool               // there are no tokens
		fault tiledesktest.Fault // of the second page; none without a status
		full  bool               // stdout takes nothing
		term  bool               // it is a terminal
		args  string
		code  int
		sent  string
		out   string
		err   string
	}{
		"the first page": {
			args: "",
			code: exitDone, sent: "GET ",
			out: "ID JTI CREATED IN USE AGE ID JTI3 2026-11-19T20:00:00.002Z no 2 days ago ID JTI2 2026-11-19T20:00:00.001Z no 2 days ago",
		},

		"a page that is not there": {
			args: "--page 3",
			code: exitDone, sent: "GET page=2",
			err: "There are no tokens on page 3.",
		},
		"a page before the first": {
			args: "--page=-1", code: exitUsage,
			err: "tiledesk-jwt: --page: -1 is below 1, which is the first page",
		},
		"all pages": {
			args: "--all",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: "ID JTI CREATED IN USE AGE ID JTI3 2026-11-19T20:00:00.002Z no 2 days ago ID JTI2 2026-11-19T20:00:00.001Z no 2 days ago ID JTI1 2026-11-19T20:00:00Z no 3 days ago",
		},

		"nothing as JSON": {
			none: true, args: "--format json",
			code: exitDone, sent: "GET ",
			out: "[]",
		},
		"nothing as CSV": {
			none: true, args: "--format csv",
			code: exitDone, sent: "GET ",
			out: "id,jti,createdAt,updatedAt,current",
		},
		"sorted by the server": {
			args: "--sort id --direction asc",
			code: exitDone, sent: "GET direction=1&sortField=_id",
			out: "ID JTI CREATED IN USE AGE ID JTI1 2026-11-19T20:00:00Z no 3 days ago ID JTI2 2026-11-19T20:00:00.001Z no 2 days ago",
		},
		"sorted by the server, the last first": {
			args: "--sort createdAt --direction desc",
			code: exitDone, sent: "GET direction=-1&sortField=createdAt",
			out: "ID JTI CREATED IN USE AGE ID JTI3 2026-11-19T20:00:00.002Z no 2 days ago ID JTI2 2026-11-19T20:00:00.001Z no 2 days ago",
		},
		"sorted here": {
			args: "--all --sort ip --direction asc --format csv --fields ip",
			code: exitDone, sent: "GET direction=1&sortField=ip, GET direction=1&page=1&sortField=ip, GET direction=1&page=2&sortField=ip",
			out: "id,jti,createdAt,updatedAt,current,ip ID,JTI1,2026-11-19T20:00:00Z,2026-11-19T20:00:00Z,false,192.0.2.1 ID,JTI2,2026-11-19T20:00:00.001Z,2026-11-19T20:00:00.001Z,false,192.0.2.2 ID,JTI3,2026-11-19T20:00:00.002Z,2026-11-19T20:00:00.002Z,false,192.0.2.3",
		},
		"sorted by the time, without a field": {
			args: "--all --direction asc --format csv",
			code: exitDone, sent: "GET direction=1, GET direction=1&page=1, GET direction=1&page=2",
			out: "id,jti,createdAt,updatedAt,current ID,JTI1,2026-11-19T20:00:00Z,2026-11-19T20:00:00Z,false ID,JTI2,2026-11-19T20:00:00.001Z,2026-11-19T20:00:00.001Z,false ID,JTI3,2026-11-19T20:00:00.002Z,2026-11-19T20:00:00.002Z,false",
		},
		"sorted by a field that no token has": {
			args: "--all --sort city --format csv",
			code: exitDone, sent: "GET sortField=city, GET page=1&sortField=city, GET page=2&sortField=city",
			out: "id,jti,createdAt,updatedAt,current ID,JTI3,2026-11-19T20:00:00.002Z,2026-11-19T20:00:00.002Z,false ID,JTI2,2026-11-19T20:00:00.001Z,2026-11-19T20:00:00.001Z,false ID,JTI1,2026-11-19T20:00:00Z,2026-11-19T20:00:00Z,false",
			err: "warning: no token has a field city, so the list is in the order of the server; createdAt, updatedAt, jti and id are there",
		},
		"chosen": {
			args: "--match ip=192.0.2.2 --format csv",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: "id,jti,createdAt,updatedAt,current ID,JTI2,2026-11-19T20:00:00.001Z,2026-11-19T20:00:00.001Z,false",
		},
		"chosen from a page": {
			args: "--page 1 --match ip=192.0.2.2 --format csv",
			code: exitDone, sent: "GET ",
			out: "id,jti,createdAt,updatedAt,current ID,JTI2,2026-11-19T20:00:00.001Z,2026-11-19T20:00:00.001Z,false",
		},
		"chosen by the age": {
			args: "--created-before 2026-11-19T20:00:00.001Z --format csv",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: "id,jti,createdAt,updatedAt,current ID,JTI1,2026-11-19T20:00:00Z,2026-11-19T20:00:00Z,false",
		},
		"fields as CSV": {
			args: "--format csv --json id",
			code: exitUsage, sent: "",
			err: "tiledesk-jwt: --json and --jq give JSON, so they go with no --format csv.",
		},

		"none chosen": {
			args: "--match ip=192.0.2.9",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			err: "Of 3 tokens listed, none is chosen.",
		},
		"chosen by a field that no token has": {
			args: "--match ip=192.0.2.2 --match city=Rome",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			err: "Of 3 tokens listed, none has a field city.",
		},
		"the footer of a page": {
			term: true, args: "",
			code: exitDone, sent: "GET ",
			out: "ID JTI CREATED ID JTI3 2 days ago ID JTI2 2 days ago",
			err: "Page 1: 2 tokens of 3. Use --all to see every page.",
		},
		"the footer of the last page": {
			term: true, args: "--page 2",
			code: exitDone, sent: "GET page=1",
			out: "ID JTI CREATED ID JTI1 3 days ago",
			err: "Page 2: 1 token of 3. Use --all to see every page.",
		},
		"the footer of all pages": {
			term: true, args: "--all",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: "ID JTI CREATED ID JTI3 2 days ago ID JTI2 2 days ago ID JTI1 3 days ago",
			err: "3 tokens.",
		},
		"the footer of what was chosen": {
			term: true, args: "--match ip=192.0.2.2",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: "ID JTI CREATED ID JTI2 2 days ago",
			err: "1 of 3 tokens.",
		},
		"the footer of a single page": {
			opts: []tiledesktest.Option{tiledesktest.WithPageSize(4)}, term: true, args: "",
			code: exitDone, sent: "GET ",
			out: "ID JTI CREATED ID JTI3 2 days ago ID JTI2 2 days ago ID JTI1 3 days ago",
			err: "Page 1: 3 tokens.",
		},
		"no footer for programs": {
			term: true, args: "--format jsonl",
			code: exitDone, sent: "GET ",
			out: `{"id":"ID","jti":"JTI3","createdAt":"2026-11-19T20:00:00.002Z","updatedAt":"2026-11-19T20:00:00.002Z","current":false} {"id":"ID","jti":"JTI2","createdAt":"2026-11-19T20:00:00.001Z","updatedAt":"2026-11-19T20:00:00.001Z","current":false}`,
		},
		"no footer where nothing is": {
			term: true, none: true, args: "",
			code: exitDone, sent: "GET ",
			err: "There are no tokens here.",
		},
		"the footer without a count": {
			opts: []tiledesktest.Option{tiledesktest.WithoutCount()}, term: true, args: "",
			code: exitDone, sent: "GET ",
			out: "ID JTI CREATED ID JTI3 2 days ago ID JTI2 2 days ago",
			err: "Page 1: 2 tokens. Use --all to see every page.",
		},
		"the footer without a count, of a page that is not full": {
			opts: []tiledesktest.Option{tiledesktest.WithoutCount(), tiledesktest.WithPageSize(4)}, term: true, args: "",
			code: exitDone, sent: "GET ",
			out: "ID JTI CREATED ID JTI3 2 days ago ID JTI2 2 days ago ID JTI1 3 days ago",
			err: "Page 1: 3 tokens.",
		},

		"the footer of a list": {
			opts: []tiledesktest.Option{tiledesktest.WithBareArray()}, term: true, args: "",
			code: exitDone, sent: "GET ",
			out: "ID JTI CREATED ID JTI3 2 days ago ID JTI2 2 days ago",
			err: "Page 1: 2 tokens. Use --all to see every page.",
		},
		"broken off": {
			fault: broken, args: "--all",
			code: exitUndone, sent: "GET , GET page=1",
			out: "ID JTI CREATED IN USE AGE ID JTI3 2026-11-19T20:00:00.002Z no 2 days ago ID JTI2 2026-11-19T20:00:00.001Z no 2 days ago",
			err: "warning: the list is not whole: it ended after 2 tokens The server failed. Try again later. (GET /jwt/history: 500 Internal Server Error: no) The server asked was URL.",
		},
		"broken off, sorted": {
			opts: []tiledesktest.Option{tiledesktest.WithSortParam("none")}, fault: broken, args: "--all --sort id --direction asc --format jsonl",
			code: exitUndone, sent: "GET direction=1&sortField=_id, GET direction=1&page=1&sortField=_id",
			out: `{"id":"ID","jti":"JTI1","createdAt":"2026-11-19T20:00:00Z","updatedAt":"2026-11-19T20:00:00Z","current":false} {"id":"ID","jti":"JTI2","createdAt":"2026-11-19T20:00:00.001Z","updatedAt":"2026-11-19T20:00:00.001Z","current":false}`,
			err: "warning: the list is not whole: it ended after 2 tokens The server failed. Try again later. (GET /jwt/history: 500 Internal Server Error: no) The server asked was URL.",
		},
		"broken off, as JSON": {
			fault: broken, args: "--all --format json",
			code: exitUndone, sent: "GET , GET page=1",
			err: "The server failed. Try again later. (GET /jwt/history: 500 Internal Server Error: no) The server asked was URL.",
		},

		"not written": {
			full: true, args: "--all",
			code: exitUndone, sent: "GET , GET page=1",
			err: "The list could not be written: no space left. Make room, or write it somewhere else.",
		},
		"not written, as JSON": {
			full: true, args: "--all --format json",
			code: exitUndone, sent: "GET , GET page=1, GET page=2",
			err: "The list could not be written: no space left. Make room, or write it somewhere else.",
		},
		"not written, as lines": {
			full: true, args: "--all --format jsonl",
			code: exitUndone, sent: "GET , GET page=1",
			err: "The list could not be written: no space left. Make room, or write it somewhere else.",
		},

		"not written, as CSV": {
			full: true, args: "--all --format csv",
			code: exitUndone, sent: "GET , GET page=1",
			err: "The list could not be written: no space left. Make room, or write it somewhere else.",
		},
		"not written, with all columns": {
			full: true, args: "--wide",
			code: exitUndone, sent: "GET ",
			err: "The list could not be written: no space left. Make room, or write it somewhere else.",
		},
		"not written, and there is nothing": {
			full: true, none: true, args: "--format csv",
			code: exitUndone, sent: "GET ",
			err: "The list could not be written: no space left. Make room, or write it somewhere else.",
		},
		"by jq, in vain": {
			args: `--jq error("no")`, code: exitUndone, sent: "GET ",
			err: "--jq: error: no.",
		},
		"with further fields": {
			args: "--fields ip,id,_id,city --format jsonl",
			code: exitDone, sent: "GET ",
			out: `{"id":"ID","jti":"JTI3","createdAt":"2026-11-19T20:00:00.002Z","updatedAt":"2026-11-19T20:00:00.002Z","current":false,"ip":"192.0.2.3","city":null} {"id":"ID","jti":"JTI2","createdAt":"2026-11-19T20:00:00.001Z","updatedAt":"2026-11-19T20:00:00.001Z","current":false,"ip":"192.0.2.2","city":null}`,
		},
		"with further columns": {
			args: "--fields ip,id,_id,city --format csv",
			code: exitDone, sent: "GET ",
			out: "id,jti,createdAt,updatedAt,current,ip,city ID,JTI3,2026-11-19T20:00:00.002Z,2026-11-19T20:00:00.002Z,false,192.0.2.3, ID,JTI2,2026-11-19T20:00:00.001Z,2026-11-19T20:00:00.001Z,false,192.0.2.2,",
		},
		"with all fields": {
			args: "--all --wide --fields ip,city --format csv",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: "id,jti,createdAt,updatedAt,current,status,id_user,ip,__v,city ID,JTI3,2026-11-19T20:00:00.002Z,2026-11-19T20:00:00.002Z,false,100,ID,192.0.2.3,0, ID,JTI2,2026-11-19T20:00:00.001Z,2026-11-19T20:00:00.001Z,false,100,ID,192.0.2.2,0, ID,JTI1,2026-11-19T20:00:00Z,2026-11-19T20:00:00Z,false,100,ID,192.0.2.1,0,",
		},
		"with all columns": {
			args: "--wide --fields city",
			code: exitDone, sent: "GET ",
			out: "ID JTI CREATED IN USE AGE STATUS ID_USER IP __V CITY ID JTI3 2026-11-19T20:00:00.002Z no 2 days ago 100 ID 192.0.2.3 0 - ID JTI2 2026-11-19T20:00:00.001Z no 2 days ago 100 ID 192.0.2.2 0 -",
		},

		"fields as JSON": {
			args: "--all --json ip,current --match ip=192.0.2.2",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: `[{"ip":"192.0.2.2","current":false}]`,
		},
		"by jq": {
			args: "--all --jq .[].ip --fields ip",
			code: exitDone, sent: "GET , GET page=1, GET page=2",
			out: "192.0.2.3 192.0.2.2 192.0.2.1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, append([]tiledesktest.Option{tiledesktest.WithPageSize(2)}, c.opts...)...)
			a, stderr := signingIn(server)
			var pairs []string
			if !c.none {
				for i, token := range server.IssueAt(testEmail, a.now().Add(-3*day), 3) {
					jti, _ := identify(token)
					server.SetField(token, "ip", "192.0.2."+string(rune('1'+i)))
					pairs = append(pairs, jti, "JTI"+string(rune('1'+i)))
				}
			}
			var sent []string
			server.OnRequest(func(r tiledesktest.Request) {
				if sent = append(sent, r.Method+" "+r.Query.Encode()); len(sent) == 1 && c.fault.Status > 0 {
					server.Inject(tiledesktest.Fault{Method: http.MethodGet})
					server.Inject(c.fault)
				}
			})
			if c.term {
				sitsThere(a, "")
			}
			out := a.stdout.(*bytes.Buffer)
			if c.full {
				a.stdout = full{}
			}
			code := a.run(append([]string{"list", "--rate", "0", "--retries", "0"}, strings.Fields(c.args)...))
			brief := strings.NewReplacer(append(pairs, server.URL(), "URL", "-", "-")...)
			printed, said := objectID.ReplaceAllString(brief.Replace(flat(out)), "ID"), brief.Replace(flat(stderr))
			if got := strings.Join(sent, ", "); code != c.code || got != c.sent || printed != c.out || said != c.err {
				t.Errorf("exit code %d\nsent %s\nout %s\nerr %s\n", code, got, printed, said)
			}
		})
	}
}
