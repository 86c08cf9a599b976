// Package paging knows when a walk through the pages of a list is over, which rows
// of a page are new, and what the walk may have missed. It sees keys and numbers,
// never an entry.
package paging

import "fmt"

// Row is what a walk needs to know of an entry.
type Row struct {
	Key   Key
	Named bool // a second one alike on the same page is the same entry; see [KeyOf]
	Size  int  // bytes that count toward Limits.Bytes
}

// Page is one answer of the server.
type Page struct {
	Rows    []Row
	PerPage int // 0: unknown
	Count   int // over all pages, though some servers count the page only; negative: unknown
}

// Limits end a walk through a list that has no end. Zero means no limit.
type Limits struct {
	Pages int
	Bytes int // of all rows that were given, as their Size counts them
}

// Walk remembers, of a walk through pages, what it takes to give each entry once
// and to know whether one may have been missed: a key and a number for each entry.
//
// Three things make it harder than it looks. A server that counts its pages from
// 1 gives the first one twice, or has nothing on page 0. A new sign-in moves all
// rows down, so that the end of one page comes again at the start of the next. And
// a row that leaves moves them up, so that one is never shown.
//
// So each row of a page is one of four: new, a repetition of the last page
// (sign-ins, less than a page of them), of the first page (which a server that
// counts from 1 gives twice), or of any other page (more than a page of sign-ins,
// or a server that goes round in circles).
type Walk struct {
	start   int // the page that was asked for first
	limits  Limits
	pages   int // that came
	rows    int // that were listed, each once
	bytes   int // of them
	newest  int // rows of the newest page
	longest int // rows of the longest page
	full    int // rows of a full page; 0: unknown

	seen     map[Key]int32 // the page where it was seen last
	twice    bool          // every page so far repeated rows of the first that none had repeated before
	stale    int           // pages in a row that brought nothing new
	stuck    bool          // the newest page was the one before it: a full page came in, unless the list ends here
	count    countWatch
	moved    bool   // some page brought new rows together with old ones
	overrun  bool   // a whole page of new rows came between two requests
	repeats  bool   // ended because the server gives the same rows again and again
	exceeded string // the limit that ended the walk
}

// NewWalk begins a walk at a page, the first one being 0.
func NewWalk(start int, limits Limits) *Walk {
	return &Walk{start: start, limits: limits, seen: map[Key]int32{}, twice: start == 0}
}

// Next takes in the next page. It returns the indexes of the rows that were not
// given before, and whether the walk is over. The page is not kept.
func (w *Walk) Next(page Page) (fresh []int, done bool) {
	w.full = max(w.full, page.PerPage)
	if w.start == 0 && w.rows == 0 && page.Count > len(page.Rows) {
		w.full = max(w.full, len(page.Rows)) // there is more, so this one is full
	}
	size := w.full
	if size == 0 && len(page.Rows) >= w.longest {
		size = len(page.Rows) // a page that comes in behind one no longer is full, or pushed down by a full one
	}
	w.count.see(page.Count, len(page.Rows), size)
	w.pages++
	if len(page.Rows) == 0 {
		w.overrun = w.overrun || w.stuck
		// A server that counts from 1 may have nothing on page 0.
		done = w.pages > 1 || w.start > 0 || page.Count == 0
	} else {
		fresh, done = w.compare(page.Rows)
		w.newest = len(page.Rows)
		w.longest = max(w.longest, w.newest)
	}
	if fresh = w.within(fresh, page.Rows); w.limits.Pages > 0 && w.pages >= w.limits.Pages && !done {
		w.exceeded = fmt.Sprintf("%d pages", w.pages)
	}
	return fresh, done || w.exceeded != ""
}

// compare tells the new rows of a page from those that were seen before.
func (w *Walk) compare(rows []Row) (fresh []int, done bool) {
	number := int32(w.pages - 1)
	repeated, caughtUp := false, false
	for i, row := range rows {
		before, known := w.seen[row.Key]
		if !known || before == number { // new, or the second one alike on this page
			w.rows++
			if !known || !row.Named { // two rows alike that name no token are two entries
				fresh = append(fresh, i)
			}
			w.seen[row.Key] = number
			continue
		}
		repeated = true
		switch {
		case before == number-1: // pushed down by less than a page
		case before == 0 && w.twice:
			caughtUp = true
		default:
			w.overrun = true
		}
	}
	if repeated {
		for _, row := range rows {
			w.seen[row.Key] = number
		}
	}
	w.moved = w.moved || len(fresh) > 0 && repeated
	w.twice = w.twice && (number == 0 || number == 1 && repeated || caughtUp)
	return fresh, w.judge(len(rows), len(fresh), caughtUp)
}

// judge decides what a page without new rows means, and whether the walk is over.
// On a server that counts from 1 it is natural for the second page, and for those
// after it as long as they still go through rows of the first.
func (w *Walk) judge(rows, fresh int, caughtUp bool) (done bool) {
	if fresh > 0 || caughtUp {
		w.overrun = w.overrun || w.stuck
		w.stale, w.stuck = 0, false
		return false
	}
	w.stale++
	w.stuck = rows == w.newest && !(w.twice && w.pages == 2)
	if w.stale < 2 {
		return false
	}
	// A page shorter than others was the end of the list, pushed down.
	w.repeats = rows >= w.longest
	return true
}

// within returns the fresh rows that the limits have room for.
func (w *Walk) within(fresh []int, rows []Row) []int {
	for n, i := range fresh {
		w.bytes += rows[i].Size
		if w.limits.Bytes > 0 && w.bytes > w.limits.Bytes {
			w.exceeded = fmt.Sprintf("%d MiB of tokens", w.limits.Bytes>>20)
			return fresh[:n]
		}
	}
	return fresh
}

// Exceeded names the limit that ended the walk, "100000 pages" for example; empty
// when none did.
func (w *Walk) Exceeded() string { return w.exceeded }

// Missed says why entries may have been missed; empty when none were. It means
// something once the walk is over.
func (w *Walk) Missed() string {
	switch {
	case w.repeats && (w.start > 0 || w.moved || !w.count.covers(w.rows, w.full)):
		return "the server gives the same page again and again; it may ignore the page parameter"
	case w.overrun, w.count.leapt:
		return "a whole page of new tokens came in between two requests, or the server repeats its pages; list again"
	case w.count.fell:
		return "the server's count fell while the pages were read, so that rows moved up unseen; list again, and do not revoke while listing"
	case w.start == 0 && w.rows < w.count.first:
		return "the server counts more tokens than it listed; list again"
	}
	return ""
}
