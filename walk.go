package tiledesk

import "crypto/sha256"

// walk remembers, of a walk through pages, what it takes to give each entry once
// and to know whether one may have been missed: the keys of the last two pages
// and a few numbers.
//
// Three things make it harder than it looks. A server that counts its pages from
// 1 gives the first one twice. A new sign-in moves all rows down, so that the
// end of one page comes again at the start of the next. And a row that leaves
// moves them up, so that one is never shown.
type walk struct {
	start    int                // the page that was asked for first
	pages    int                // that came
	recent   [2]map[string]bool // keys of the last page and of the one before
	yielded  int
	stale    int  // pages in a row that brought nothing new
	firstTwo bool // the second page repeated the first: pages may count from 1
	ended    bool

	perPage  int // rows of a full page, as far as known
	count    countWatch
	overtook bool // a whole page of new rows came between two requests
	repeats  bool // ended because the server gives the same rows again and again
}

func newWalk(start int) *walk { return &walk{start: start} }

// fresh returns the entries of the next page that were not given yet.
func (w *walk) fresh(page *HistoryPage) []*Token {
	w.count.see(page, w.perPage)
	w.perPage = max(w.perPage, page.PerPage, len(page.Tokens))
	w.pages++
	if len(page.Tokens) == 0 {
		// A server that counts from 1 may have nothing on page 0.
		w.ended = w.pages > 1 || w.start > 0 || page.Count <= 0
		return nil
	}
	keys := make(map[string]bool, len(page.Tokens))
	fresh := make([]*Token, 0, len(page.Tokens))
	overlap, leap := false, false
	for _, token := range page.Tokens {
		key, identified := keyOf(token)
		switch {
		case w.recent[0][key]:
			overlap = true
		case w.recent[1][key]:
			leap = true
		case !identified || !keys[key]: // two rows alike are two rows, unless they name the same token
			fresh = append(fresh, token)
		}
		keys[key] = true
	}
	w.judge(overlap, leap, len(fresh))
	w.recent[0], w.recent[1] = keys, w.recent[0]
	w.yielded += len(fresh)
	return fresh
}

// judge decides what repeated rows mean. Rows of the last page come again when
// less than a page of new ones came in; rows of the page before that only when
// more than a page did, and a page of nothing new only when exactly one did.
// Where pages count from 1, the second and third page do all this by nature.
func (w *walk) judge(overlap, leap bool, fresh int) {
	second, third := w.pages == 2, w.pages == 3
	if second && overlap && w.start == 0 {
		w.firstTwo = true
	}
	if leap && !(third && w.firstTwo) {
		w.overtook = true
	}
	if fresh > 0 {
		w.overtook = w.overtook || w.stale > 0 && !(third && w.firstTwo)
		w.stale = 0
		return
	}
	w.stale++
	if w.stale == 2 {
		w.ended, w.repeats = true, true
	}
}

// missed says why entries may have been missed; empty when none were.
func (w *walk) missed() string {
	position := w.start*w.perPage + w.yielded
	switch {
	case w.overtook, w.count.leapt:
		return "a whole page of new tokens came in between two requests; list again"
	case w.count.fell:
		return "the server's count fell while the pages were read, so that rows moved up unseen; list again, and do not revoke while listing"
	case w.repeats && !w.count.covers(position, w.perPage):
		return "the server gives the same page again and again; it may ignore the page parameter"
	case !w.count.pageOnly() && position < w.count.first:
		return "the server counts more tokens than it listed; list again"
	}
	return ""
}

// countWatch follows the server's count from page to page.
type countWatch struct {
	pages     int
	known     int  // pages that had a count
	first     int  // the first count
	highest   int  // of all counts
	newest    int  // the count of the newest page that had one
	differs   bool // on some page the count was not the number of its rows
	fell      bool
	leapt     bool // it grew by a whole page between two requests
	sinceLast bool // the page before the newest had a count
}

// see takes in the count of a page; perPage is that of the pages before it.
func (c *countWatch) see(page *HistoryPage, perPage int) {
	c.pages++
	if page.Count < 0 {
		c.sinceLast = false
		return
	}
	c.differs = c.differs || page.Count != len(page.Tokens)
	if c.known == 0 {
		c.first = page.Count
	} else if c.differs {
		c.fell = c.fell || page.Count < c.highest
		c.leapt = c.leapt || c.sinceLast && perPage > 0 && page.Count-c.newest >= perPage
	}
	c.known++
	c.highest = max(c.highest, page.Count)
	c.newest, c.sinceLast = page.Count, true
}

// pageOnly reports whether the count may be that of each page alone, or is not
// known at all. A list that fits on its first page looks the same.
func (c *countWatch) pageOnly() bool { return !c.differs }

// covers reports whether the count shows that a walk which ended in repetitions
// has seen everything: it reached the total, or its only page was not full.
func (c *countWatch) covers(position, perPage int) bool {
	if c.known != c.pages {
		return false
	}
	return position >= c.newest && (c.differs || position < perPage)
}

// keyOf tells entries apart: by both identifiers, or by every byte where an
// entry has none.
func keyOf(token *Token) (key string, identified bool) {
	if token.ID == "" && token.JTI == "" {
		sum := sha256.Sum256(token.Raw)
		return string(sum[:]), false
	}
	return token.ID + "\x00" + token.JTI, true
}
