package tiledesk

// countWatch follows the server's count from page to page. It never ends a walk,
// since some servers count the page only, but it shows what the rows do not.
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

// see takes in the count of a page; full is how many new rows make a page, 0 when
// that is not known.
func (c *countWatch) see(page *HistoryPage, full int) {
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
		c.leapt = c.leapt || c.sinceLast && full > 0 && page.Count-c.newest >= full
	}
	c.known++
	c.highest = max(c.highest, page.Count)
	c.newest, c.sinceLast = page.Count, true
}

// pageOnly reports whether the count may be that of each page alone, or is not
// known at all. A list that fits on its first page looks the same.
func (c *countWatch) pageOnly() bool { return !c.differs }

// covers reports whether the count shows that a walk which ended in repetitions
// has seen everything: it stayed as it was and all of it was listed, the list
// being longer than its first page or that page not full.
func (c *countWatch) covers(rows, full int) bool {
	steady := c.known == c.pages && c.first == c.newest && c.first == c.highest
	return steady && rows == c.newest && (c.differs || rows < full)
}
