// Package canonical writes JSON of which the same value is always the same bytes, as tripinvoice/canonical.py does.
//
// Keys are sorted, there is no white space, and text is UTF-8 with no more escapes than JSON demands.
package canonical

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// Marshal gives the canonical JSON of a value that encoding/json can write.
func Marshal(value any) ([]byte, error) {
	written, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(written))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return nil, err
	}
	return appendValue(make([]byte, 0, len(written)), plain)
}

func appendValue(to []byte, value any) ([]byte, error) {
	switch value := value.(type) {
	case nil:
		return append(to, "null"...), nil
	case bool:
		return fmt.Appendf(to, "%t", value), nil
	case json.Number:
		return append(to, value...), nil
	case string:
		return appendText(to, value), nil
	case []any:
		return appendList(to, value)
	case map[string]any:
		return appendObject(to, value)
	}
	return nil, fmt.Errorf("canonical: a %T is no JSON", value)
}

func appendList(to []byte, list []any) ([]byte, error) {
	to = append(to, '[')
	for i, item := range list {
		if i > 0 {
			to = append(to, ',')
		}
		var err error
		if to, err = appendValue(to, item); err != nil {
			return nil, err
		}
	}
	return append(to, ']'), nil
}

func appendObject(to []byte, object map[string]any) ([]byte, error) {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names) // by bytes of UTF-8, which is by code points, as Python sorts
	to = append(to, '{')
	for i, name := range names {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendText(to, name), ':')
		var err error
		if to, err = appendValue(to, object[name]); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

// appendText writes a text with the escapes of Python's json. That of encoding/json has more: it is also made for
// JavaScript and HTML.
func appendText(to []byte, text string) []byte {
	to = append(to, '"')
	for _, char := range text {
		switch char {
		case '"', '\\':
			to = append(to, '\\', byte(char))
		case '\n':
			to = append(to, `\n`...)
		case '\r':
			to = append(to, `\r`...)
		case '\t':
			to = append(to, `\t`...)
		case '\b':
			to = append(to, `\b`...)
		case '\f':
			to = append(to, `\f`...)
		default:
			if char < ' ' {
				to = append(to, `\u00`...)
				to = append(to, hexDigits[char>>4], hexDigits[char&0xf])
			} else {
				to = utf8.AppendRune(to, char)
			}
		}
	}
	return append(to, '"')
}
