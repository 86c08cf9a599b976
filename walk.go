package tiledesk

import "crypto/sha256"

// walk remembers, of a walk through pages, what it takes to give each entry once
// and to know whether one may have been missed.
//
// Three things make it harder than it looks. A server that counts its pages from
// 1 gives the first one twice. A new sign-in moves all rows down, so that the
// end of one page comes again at the start of the next. And a row that leaves
// moves them up, so that one is never shown.
//
// So each row of a page is one of four: new, a repetition of the last page
// (sign-ins, less than a page of them), of the first page (which a server that
// counts from 1 gives twice), or of any other page (more than a page of sign-ins,
// or a server that goes round in circles).
type walk struct {
	start   int  // the page that was asked for first
	pages   int  // that came
	rows    int  // that were listed, each once
	newest  int  // rows of the newest page
	longest int  // rows of the longest page
	full    int  // rows of a full page; 0: unknown
	ended   bool // no other page has to be asked for

	seen    map[string]sighting
	twice   bool // every page so far repeated rows of the first that none had repeated before
	stale   int  // pages in a row that brought nothing new
	stuck   bool // the newest page was the one before it: a full page came in, unless the list ends here
	count   countWatch
	moved   bool // some page brought new rows together with old ones
	overrun bool // a whole page of new rows came between two requests
	repeats bool // ended because the server gives the same rows again and again
}

// sighting is where a row was seen last.
type sighting struct {
	page int
	mark bool // it was the last of its page
}

func newWalk(start int) *walk {
	return &walk{start: start, seen: map[string]sighting{}, twice: start == 0}
}

// fresh returns the entries of the next page that were not given yet.
func (w *walk) fresh(page *HistoryPage) []*Token {
	w.full = max(w.full, page.PerPage)
	if w.start == 0 && w.rows == 0 && page.Count > len(page.Tokens) {
		w.full = max(w.full, len(page.Tokens)) // there is more, so this one is full
	}
	size := w.full
	if size == 0 && len(page.Tokens) >= w.longest {
		size = len(page.Tokens) // a page that comes in behind one no longer is full, or pushed down by a full one
	}
	w.count.see(page, size)
	w.pages++
	if len(page.Tokens) == 0 {
		// A server that counts from 1 may have nothing on page 0.
		w.ended = w.pages > 1 || w.start > 0 || page.Count <= 0
		w.overrun = w.overrun || w.stuck
		return nil
	}
	fresh := w.compare(page.Tokens)
	w.newest = len(page.Tokens)
	w.longest = max(w.longest, w.newest)
	w.forget()
	return fresh
}

// compare tells the new rows of a page from those that were seen before.
func (w *walk) compare(tokens []*Token) (fresh []*Token) {
	number := w.pages - 1
	here := make(map[string]sighting, len(tokens))
	repeated, ofFirst, caughtUp, circles := false, false, false, false
	for i, token := range tokens {
		key, identified := keyOf(token)
		before, known := w.seen[key]
		_, doubled := here[key]
		repeated = repeated || known
		switch {
		case !known && doubled && identified: // the same token in two rows is one entry
			w.rows++
		case !known: // two rows alike that name no token are two entries
			w.rows++
			fresh = append(fresh, token)
		case before.page == number-1:
			ofFirst = ofFirst || before.page == 0
		case before.page == 0 && w.twice:
			ofFirst, caughtUp = true, true
		default:
			w.overrun = true
			circles = circles || before.page < number-2
		}
		here[key] = sighting{number, i == len(tokens)-1}
	}
	for key, sighting := range here {
		w.seen[key] = sighting
	}
	w.moved = w.moved || len(fresh) > 0 && repeated
	w.twice = w.twice && (number == 0 || ofFirst)
	w.judge(len(tokens), len(fresh), caughtUp)
	if circles { // what looks new here may be just forgotten
		w.ended = true
		return nil
	}
	return fresh
}

// judge decides what a page without new rows means. On a server that counts from
// 1 it is natural for the second page, and for those after it as long as they
// still go through rows of the first.
func (w *walk) judge(rows, fresh int, caughtUp bool) {
	switch {
	case fresh > 0:
		w.overrun = w.overrun || w.stuck
		w.stale, w.stuck = 0, false
		return
	case caughtUp:
		w.stale, w.stuck = 0, false
		return
	}
	w.stale++
	w.stuck = rows == w.newest && !(w.twice && w.pages == 2)
	if w.stale == 2 {
		// A page shorter than others was the end of the list, pushed down.
		w.ended, w.repeats = true, rows >= w.longest
	}
}

// forget keeps the rows of the last two pages and of the first, and of all others
// a mark here and there: enough to notice any number of pages that come again,
// with few rows to remember. Of m pages in a row one has a number that the largest
// power of two up to m divides, and is remembered for more than m pages.
func (w *walk) forget() {
	newest := w.pages - 1
	for key, row := range w.seen {
		age := newest - row.page
		marked := row.mark && age <= 8*(row.page&-row.page)
		if age > 1 && row.page > 0 && !marked {
			delete(w.seen, key)
		}
	}
}

// missed says why entries may have been missed; empty when none were.
func (w *walk) missed() string {
	switch {
	case w.repeats && (w.start > 0 || w.moved || !w.count.covers(w.rows, w.full)):
		return "the server gives the same page again and again; it may ignore the page parameter"
	case w.overrun, w.count.leapt:
		return "a whole page of new tokens came in between two requests, or the server repeats its pages; list again"
	case w.count.fell:
		return "the server's count fell while the pages were read, so that rows moved up unseen; list again, and do not revoke while listing"
	case w.start == 0 && !w.count.pageOnly() && w.rows < w.count.first:
		return "the server counts more tokens than it listed; list again"
	}
	return ""
}

// maxKey is the length above which the hash of a key stands for it, so that what
// a walk remembers does not grow with what a server calls an identifier.
const maxKey = 256

// keyOf tells entries apart: by both identifiers, or by every byte where an
// entry has none.
func keyOf(token *Token) (key string, identified bool) {
	if token.ID == "" && token.JTI == "" {
		sum := sha256.Sum256(token.Raw)
		return string(sum[:]), false
	}
	if key = token.ID + "\x00" + token.JTI; len(key) > maxKey {
		sum := sha256.Sum256([]byte(key))
		key = string(sum[:])
	}
	return key, true
}
