package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The schema is five levels deep. Deeper text is refused before the parser,
// which recurses, sees it.
const (
	mostFlowDepth   = 16
	mostBlockColumn = 200
)

// readDocument reads text as one YAML document of plain keys and values. What
// it says is wrong never shows the source text: there may be secrets in it.
func readDocument(data []byte, file string) (ast.Node, Problems) {
	one := func(line, column int, what, try string) Problems {
		return Problems{{File: file, Line: line, Column: column, What: what, Try: try}}
	}
	const trySample = "start from the output of: deliverd print-config --defaults"
	if len(data) > mostBytes {
		return nil, one(0, 0, "is larger than "+Size(mostBytes).String(), "split the accounts over several daemons")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		line, column := firstBadByte(data)
		return nil, one(line, column, "is not UTF-8 text", "save the file as UTF-8")
	}
	tokens, err := tokenize(string(data))
	if err != nil {
		return nil, one(0, 0, err.Error(), "")
	}
	if problems := refuseTokens(tokens, file); len(problems) > 0 {
		return nil, problems
	}
	tree, err := parseTokens(tokens)
	if err != nil {
		var syntax *yaml.SyntaxError
		if !errors.As(err, &syntax) || syntax.Token == nil {
			return nil, one(0, 0, "is not YAML", trySample)
		}
		what, try := "not YAML: "+syntax.Message, ""
		if strings.Contains(syntax.Message, "\t") {
			what, try = "a tab, where YAML wants spaces", "indent with spaces"
		}
		return nil, one(syntax.Token.Position.Line, syntax.Token.Position.Column, what, try)
	}
	if len(tree.Docs) == 0 || isNull(tree.Docs[0].Body) {
		return nil, one(0, 0, "holds no configuration: it is empty", trySample)
	}
	if len(tree.Docs) > 1 {
		at := tree.Docs[1].Start
		if at == nil && tree.Docs[1].Body != nil {
			at = tree.Docs[1].Body.GetToken()
		}
		line, column := 0, 0
		if at != nil {
			line, column = at.Position.Line, at.Position.Column
		}
		return nil, one(line, column, "a second document begins", "keep everything in one document, without a second ---")
	}
	return tree.Docs[0].Body, nil
}

func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return null || n == nil
}

// refuseTokens refuses the parts of YAML that a configuration has no use for,
// before the parser builds anything from them.
func refuseTokens(tokens token.Tokens, file string) (problems Problems) {
	refuse := func(t *token.Token, what, try string) {
		problems = append(problems, Problem{File: file, Line: t.Position.Line, Column: t.Position.Column, What: what, Try: try})
	}
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			refuse(t, "anchors, aliases and merge keys are not read", "write shared settings under defaults:")
		case token.TagType:
			refuse(t, "tags are not read", "leave the ! out, or quote the text")
		case token.MappingKeyType, token.DirectiveType:
			refuse(t, "this part of YAML is not read", "write plain key: value lines")
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		block := depth <= 0 && (t.Type == token.SequenceEntryType || t.Type == token.MappingValueType)
		if depth > mostFlowDepth || block && t.Position.Column > mostBlockColumn {
			refuse(t, "nested too deeply", "the keys are at most five levels deep")
			return problems
		}
	}
	return problems
}

func tokenize(text string) (tokens token.Tokens, err error) {
	defer recovered(&err)
	return lexer.Tokenize(text), nil
}

func parseTokens(tokens token.Tokens) (tree *ast.File, err error) {
	defer recovered(&err)
	// Doubled keys are found while decoding, all of them and with their paths.
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// recovered turns a panic over foreign text into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("is not YAML: the reader broke off (%v)", r)
	}
}

func firstBadByte(data []byte) (line, column int) {
	line, column = 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column
		case r == '\n':
			line, column = line+1, 1
		default:
			column++
		}
		data = data[size:]
	}
	return line, column
}
