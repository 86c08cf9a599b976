package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// mutant is one change of the code that a test should notice.
type mutant struct {
	ID       int
	Room     string // the folder of its package
	Place    string // file:line, from the root of the module
	Function string
	What     string // "remove the statement", with the code that is changed
}

// insertion is a text that goes into a file at an offset. Where several meet, those
// that close come first, the innermost before the others; then those that open, the
// outermost first.
type insertion struct {
	at     int
	text   string
	closes bool
	depth  int
	length int // bytes of the file that the text replaces
}

// collector finds the mutants of one file.
type collector struct {
	pkg      *packages.Package
	file     *ast.File
	text     []byte
	room     string
	path     string
	function string
	results  *types.Tuple // of the innermost function
	depth    int
	add      func(mutant) int
	inserted []insertion
}

// mutate returns the text of a file in which every mutant can be switched on.
func mutate(c *collector) []byte {
	for _, declaration := range c.file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		c.function = function.Name.Name
		c.results = c.pkg.TypesInfo.Defs[function.Name].Type().(*types.Signature).Results()
		c.statements(function.Body.List)
	}
	if len(c.inserted) == 0 {
		return c.text
	}
	c.inserted = append(c.inserted, insertion{at: c.offset(c.file.Name.End()), text: `; import switchboard "` + switchboardPath + `"`})
	slices.SortStableFunc(c.inserted, func(a, b insertion) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		if a.closes != b.closes {
			return map[bool]int{true: -1, false: 1}[a.closes]
		}
		if a.closes {
			return cmp.Compare(b.depth, a.depth)
		}
		return cmp.Compare(a.depth, b.depth)
	})
	var out []byte
	last := 0
	for _, i := range c.inserted {
		out = append(out, c.text[last:i.at]...)
		out = append(out, i.text...)
		last = i.at + i.length
	}
	return append(out, c.text[last:]...)
}

func (c *collector) offset(at token.Pos) int { return c.pkg.Fset.Position(at).Offset }

// mutant makes a new one for a node.
func (c *collector) mutant(node ast.Node, what string) int {
	from, to := c.offset(node.Pos()), c.offset(node.End())
	code := strings.Join(strings.Fields(string(c.text[from:to])), " ")
	if len(code) > 70 {
		code = code[:67] + "..."
	}
	return c.add(mutant{
		Room: c.room, Place: fmt.Sprintf("%s:%d", filepath.ToSlash(c.path), c.pkg.Fset.Position(node.Pos()).Line),
		Function: c.function, What: what + ": " + code,
	})
}

// around puts text before and after a node.
func (c *collector) around(node ast.Node, before, after string) {
	c.depth++
	c.inserted = append(c.inserted,
		insertion{at: c.offset(node.Pos()), text: before, depth: c.depth},
		insertion{at: c.offset(node.End()), text: after, closes: true, depth: c.depth})
}

// instead puts text in the place of an operator.
func (c *collector) instead(at token.Pos, operator, text string) {
	c.inserted = append(c.inserted, insertion{at: c.offset(at), text: text, length: len(operator)})
}

// statements goes through the statements of one block, each of which may be left out.
func (c *collector) statements(list []ast.Stmt) {
	for i, statement := range list {
		if c.removable(statement, i == len(list)-1) {
			id := c.mutant(statement, "remove the statement")
			c.around(statement, fmt.Sprintf("if !switchboard.On(%d) { ", id), " }")
		}
		c.visit(statement)
	}
}

// removable reports whether the code still compiles without a statement.
func (c *collector) removable(statement ast.Stmt, last bool) bool {
	switch s := statement.(type) {
	case *ast.IncDecStmt, *ast.SendStmt, *ast.DeferStmt:
		return true
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE && !isBlank(s)
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		name, isName := call.Fun.(*ast.Ident)
		return !(last && isName && name.Name == "panic")
	}
	return false
}

func isBlank(s *ast.AssignStmt) bool {
	return !slices.ContainsFunc(s.Lhs, func(e ast.Expr) bool {
		name, ok := e.(*ast.Ident)
		return !ok || name.Name != "_"
	})
}

// visit goes through a node, outermost first.
func (c *collector) visit(node ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			c.statements(n.List)
			return false
		case *ast.CaseClause:
			c.caseClause(n)
			return false
		case *ast.CommClause:
			if n.Comm != nil {
				c.visit(n.Comm)
			}
			c.statements(n.Body)
			return false
		case *ast.FuncLit:
			c.literal(n)
			return false
		case *ast.DeclStmt: // constants and types must stay as they are
			return n.Decl.(*ast.GenDecl).Tok == token.VAR
		case *ast.IfStmt:
			c.condition(n.Cond)
		case *ast.ForStmt:
			c.condition(n.Cond)
		case *ast.ReturnStmt:
			c.returns(n)
		case *ast.BinaryExpr:
			c.binary(n)
		case *ast.ArrayType:
			return false
		case *ast.KeyValueExpr:
			c.visit(n.Value)
			return false
		case *ast.BasicLit:
			c.number(n)
		}
		return true
	})
}

// literal visits a function inside another one.
func (c *collector) literal(f *ast.FuncLit) {
	outer := c.results
	c.results = c.pkg.TypesInfo.TypeOf(f).(*types.Signature).Results()
	c.statements(f.Body.List)
	c.results = outer
}

// caseClause visits the cases of a switch, those over types left alone.
func (c *collector) caseClause(clause *ast.CaseClause) {
	for _, e := range clause.List {
		if value, ok := c.pkg.TypesInfo.Types[e]; ok && value.IsValue() && value.Value == nil {
			if isBool(value.Type) {
				c.condition(e)
			}
			c.visit(e)
		}
	}
	c.statements(clause.Body)
}

// condition may be turned around.
func (c *collector) condition(e ast.Expr) {
	if e == nil || c.pkg.TypesInfo.Types[e].Value != nil {
		return
	}
	c.around(e, fmt.Sprintf("switchboard.Not(%d, ", c.mutant(e, "negate")), ")")
}

// returns visits what a function returns: a bool turned around, an error left out.
func (c *collector) returns(s *ast.ReturnStmt) {
	if c.results.Len() != len(s.Results) {
		return
	}
	for i, e := range s.Results {
		value := c.pkg.TypesInfo.Types[e]
		switch want := c.results.At(i).Type(); {
		case value.IsNil():
		case types.Identical(want, types.Typ[types.Bool]):
			c.around(e, fmt.Sprintf("switchboard.Not(%d, ", c.mutant(e, "return the opposite of")), ")")
		case types.Identical(want, types.Universe.Lookup("error").Type()):
			c.around(e, fmt.Sprintf("switchboard.Nil(%d, ", c.mutant(e, "return nil instead of")), ")")
		}
	}
}

// comparisons and the functions that stand for them.
var (
	bounds  = map[token.Token]string{token.LSS: "Less", token.GTR: "More", token.LEQ: "AtMost", token.GEQ: "AtLeast"}
	logical = map[token.Token]string{token.LAND: "And", token.LOR: "Or"}
)

// binary moves a bound by one, or takes "or" for "and".
func (c *collector) binary(e *ast.BinaryExpr) {
	if c.pkg.TypesInfo.Types[e].Value != nil || !isBool(c.pkg.TypesInfo.TypeOf(e)) {
		return
	}
	what := "change " + e.Op.String()
	if name := bounds[e.Op]; name != "" {
		c.around(e, fmt.Sprintf("switchboard.%s(%d, ", name, c.mutant(e, what)), ")")
		c.instead(e.OpPos, e.Op.String(), ",")
	}
	if name := logical[e.Op]; name != "" {
		c.around(e, fmt.Sprintf("switchboard.%s(%d, ", name, c.mutant(e, what)), ") })")
		c.instead(e.OpPos, e.Op.String(), ", func() bool { return (")
	}
}

// number makes one greater by one where its type is a plain one.
func (c *collector) number(lit *ast.BasicLit) {
	basic, ok := c.pkg.TypesInfo.TypeOf(lit).(*types.Basic)
	if lit.Kind != token.INT || !ok || basic.Info()&types.IsInteger == 0 || basic.Info()&types.IsUntyped != 0 {
		return
	}
	c.around(lit, fmt.Sprintf("switchboard.Add[%s](%d, ", basic.Name(), c.mutant(lit, "add one to")), ")")
}

func isBool(t types.Type) bool {
	return types.Identical(t.Underlying(), types.Typ[types.Bool]) || t == types.Typ[types.UntypedBool]
}
