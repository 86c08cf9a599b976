// Program plot draws the ratios that docs/performance.md shows, for light and for dark
// pages, into docs/img:
//
//	cd internal/bench && go run ./plot ../../docs/performance.md
package main

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: plot DOCUMENT")
		os.Exit(2)
	}
	if err := drawRatios(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

// theme is what differs between the picture for white pages and that for dark ones.
type theme struct {
	name              string
	text, line, faint color.Color
	other, ours       color.Color
}

var themes = []theme{
	{"light", gray(0x24), gray(0x59), gray(0xd0), gray(0x80), color.RGBA{0x09, 0x69, 0xda, 0xff}},
	{"dark", gray(0xe6), gray(0xa0), gray(0x3d), gray(0x90), color.RGBA{0x58, 0xa6, 0xff, 0xff}},
}

func gray(level uint8) color.Color { return color.RGBA{level, level, level, 0xff} }

// table is a table of docs/performance.md that has ratios, and ratio a row of it.
type (
	table struct {
		title string
		rows  []ratio
	}
	ratio struct {
		name             string
		value, low, high float64
	}
)

// drawRatios draws the ratios that a document shows into the folder img beside it, so
// that the pictures say what the tables say.
func drawRatios(document string) error {
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	tables, err := readTables(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	for _, t := range themes {
		picture, err := t.draw(tables)
		if err != nil {
			return err
		}
		name := filepath.Join(filepath.Dir(document), "img", "performance-"+t.name+".svg")
		if err := os.WriteFile(name, picture, 0o644); err != nil {
			return err
		}
	}
	return nil
}

var number = regexp.MustCompile(`\d+\.\d+`)

// readTables reads the tables whose third column is a ratio and whose fourth is the
// least and the most of the runs.
func readTables(document string) ([]table, error) {
	var tables []table
	inside := false
	for line := range strings.Lines(document) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		switch {
		case len(cells) < 4:
			inside = false
		case strings.TrimSpace(cells[3]) == "over the runs":
			inside = true
			tables = append(tables, table{title: strings.TrimSpace(cells[0])})
		case inside && number.MatchString(cells[2]):
			row := ratio{name: strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(cells[0], "*", ""), "`", ""))}
			row.value, _ = strconv.ParseFloat(number.FindString(cells[2]), 64)
			row.low, row.high = row.value, row.value
			if ends := number.FindAllString(cells[3], 2); len(ends) == 2 {
				row.low, _ = strconv.ParseFloat(ends[0], 64)
				row.high, _ = strconv.ParseFloat(ends[1], 64)
			}
			last := &tables[len(tables)-1]
			last.rows = append(last.rows, row)
		}
	}
	if len(tables) == 0 {
		return nil, fmt.Errorf("it has no table with ratios")
	}
	return tables, nil
}

// spread is the ratios of one color, from the least to the most.
type spread []struct {
	ratio
	at float64
}

func (s spread) Len() int                { return len(s) }
func (s spread) XY(i int) (x, y float64) { return s[i].value, s[i].at }
func (s spread) XError(i int) (low, high float64) {
	return s[i].value - s[i].low, s[i].high - s[i].value
}

// draw makes a line for each row, the first one on top, and the line of 1 across.
func (t theme) draw(tables []table) ([]byte, error) {
	p := plot.New()
	var ours, others spread
	var ticks []plot.Tick
	at := 0.0
	for _, group := range tables {
		ticks = append(ticks, plot.Tick{Value: at, Label: strings.ToUpper(group.title[:1]) + group.title[1:] + ":"})
		for _, row := range group.rows {
			at--
			ticks = append(ticks, plot.Tick{Value: at, Label: row.name})
			set := &others
			if strings.HasPrefix(row.name, "tiledesk") {
				set = &ours
			}
			*set = append(*set, struct {
				ratio
				at float64
			}{row, at})
		}
		at -= 1.6
	}
	slices.Reverse(ticks)
	t.style(p, ticks, at)
	one, err := plotter.NewLine(plotter.XYs{{X: 1, Y: at + 1}, {X: 1, Y: 0.5}})
	if err != nil {
		return nil, err
	}
	one.Color, one.Dashes = t.line, []vg.Length{3, 3}
	p.Add(one)
	for _, set := range []struct {
		spread
		color.Color
	}{{others, t.other}, {ours, t.ours}} {
		if err := t.add(p, set.spread, set.Color); err != nil {
			return nil, err
		}
	}
	canvas := vgsvg.New(7.6*vg.Inch, vg.Length(len(ticks))*0.24*vg.Inch+0.6*vg.Inch)
	p.Draw(draw.New(canvas))
	var picture bytes.Buffer
	_, err = canvas.WriteTo(&picture)
	return bytes.ReplaceAll(picture.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Helvetica,Arial,Liberation Sans,sans-serif")), err
}

func (t theme) add(p *plot.Plot, set spread, color color.Color) error {
	bars, err := plotter.NewXErrorBars(set)
	if err != nil {
		return err
	}
	bars.Color, bars.Width, bars.CapWidth = color, 1.5, 6
	points, err := plotter.NewScatter(set)
	if err != nil {
		return err
	}
	points.GlyphStyle = draw.GlyphStyle{Color: color, Radius: 4, Shape: draw.CircleGlyph{}}
	values := plotter.XYLabels{}
	for _, row := range set {
		values.XYs = append(values.XYs, plotter.XY{X: row.high, Y: row.at})
		values.Labels = append(values.Labels, fmt.Sprintf("%.2f", row.value))
	}
	labels, err := plotter.NewLabels(values)
	if err != nil {
		return err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i] = t.font(10)
		labels.TextStyle[i].YAlign = text.YCenter
	}
	labels.Offset.X = 8
	p.Add(bars, points, labels)
	return nil
}

func (t theme) font(size vg.Length) text.Style {
	return text.Style{Color: t.text, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, Handler: plot.DefaultTextHandler}
}

func (t theme) style(p *plot.Plot, ticks []plot.Tick, bottom float64) {
	p.BackgroundColor = nil // the page shows through
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 3, bottom+1, 0.5
	p.X.Label.Text = "time, of that of plain net/http, or of a pool of workers by hand; less is faster"
	p.Y.Tick.Marker = plot.ConstantTicks(ticks)
	p.Y.Tick.Length, p.Y.LineStyle.Width = 0, 0
	p.X.LineStyle.Color, p.X.Tick.LineStyle.Color = t.line, t.line
	p.X.Label.TextStyle, p.X.Tick.Label, p.Y.Tick.Label = t.font(11), t.font(10), t.font(11)
	p.X.Label.TextStyle.XAlign, p.X.Label.TextStyle.YAlign = text.XCenter, text.YBottom
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XCenter, text.YTop
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	grid := plotter.NewGrid()
	grid.Horizontal.Width, grid.Vertical.Color, grid.Vertical.Width = 0, t.faint, 0.5
	p.Add(grid)
}
