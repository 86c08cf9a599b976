package paging

// countWatch follows the server's count from page to page. It never ends a walk,
// since some servers count the page only, but it shows what the rows do not.
type countWatch struct {
	pages     int
	known     int  // pages that had a count
	first     int  // the first count
	highest   int  // of all counts
	newest    int  // the count of the newest page that had one
	differs   bool // on some page the count was not the number of its rows, so it is a total
	fell      bool
	leapt     bool // it grew by a whole page between two requests
	sinceLast bool // the page before the newest had a count
}

// see takes in the count of a page of that many rows; full is how many new rows
// make a page, 0 when that is not known.
func (c *countWatch) see(count, rows, full int) {
	c.pages++
	if count < 0 {
		c.sinceLast = false
		return
	}
	c.differs = c.differs || count != rows
	if c.known == 0 {
		c.first = count
	} else if c.differs {
		c.fell = c.fell || count < c.highest
		c.leapt = c.leapt || c.sinceLast && full > 0 && count-c.newest >= full
	}
	c.known++
	c.highest = max(c.highest, count)
	c.newest, c.sinceLast = count, true
}

// covers reports whether the count shows that a walk which ended in repetitions
// has seen everything: it stayed as it was and all of it was listed, the list
// being longer than its first page or that page not full.
func (c *countWatch) covers(rows, full int) bool {
	steady := c.known == c.pages && c.first == c.newest && c.first == c.highest
	return steady && rows == c.newest && (c.differs || rows < full)
}
