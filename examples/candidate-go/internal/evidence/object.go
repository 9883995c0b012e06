package evidence

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tripinvoice/examples/candidate-go/internal/fault"
)

// object reads the fields of one JSON object, in the order in which it is asked for them. The first that does not fit
// is remembered, and the rest no longer matters. Fields that nobody asks for are kept out.
type object struct {
	system string
	path   string
	fields map[string]any
	failed *error
}

func newObject(system string, fields map[string]any) object {
	return object{system: system, fields: fields, failed: new(error)}
}

// fail remembers what is wrong with a field, or with the object itself.
func (o object) fail(name, why string) {
	if *o.failed != nil {
		return
	}
	path := strings.Trim(o.path+"."+name, ".")
	if path == "" {
		path = "answer"
	}
	*o.failed = fault.New(fault.InvalidAnswer, o.system+"."+path,
		"%s: %s: %s; mend it in the system and resume", o.system, path, why)
}

// has tells whether the field is there; null is nothing where the field may be left out.
func (o object) has(name string) bool {
	return o.fields[name] != nil
}

// missing fails for a field that must be there; tells whether it did.
func (o object) missing(name string) bool {
	if _, there := o.fields[name]; !there {
		o.fail(name, "missing")
		return true
	}
	return false
}

// text is a required text.
func (o object) text(name string, fits rule) string {
	if o.missing(name) {
		return ""
	}
	return o.textThere(name, fits)
}

// optional is a text that may be missing, or null.
func (o object) optional(name string, fits rule) *string {
	if !o.has(name) {
		return nil
	}
	text := o.textThere(name, fits)
	return &text
}

// textOr is a text that may be missing, but not null.
func (o object) textOr(name string, fits rule, usual string) string {
	if _, there := o.fields[name]; !there {
		return usual
	}
	return o.textThere(name, fits)
}

func (o object) textThere(name string, fits rule) string {
	text, is := o.fields[name].(string)
	if !is {
		o.fail(name, "is no text")
	} else if why := fits(text); why != "" {
		o.fail(name, why)
	}
	return text
}

// flag is a boolean that may be missing.
func (o object) flag(name string, usual bool) bool {
	value, there := o.fields[name]
	if !there {
		return usual
	}
	flag, is := value.(bool)
	if !is {
		o.fail(name, "is neither true nor false")
	}
	return flag
}

// number is a whole number from 0 to 9 999 999 999, or nothing.
func (o object) number(name string) *int64 {
	if !o.has(name) {
		return nil
	}
	written, is := o.fields[name].(json.Number)
	number, err := strconv.ParseInt(string(written), 10, 64)
	if !is || err != nil || number < 0 || number >= 10_000_000_000 {
		o.fail(name, "is no whole number of up to ten digits")
	}
	return &number
}

// child is an object that may be missing, or null; found tells whether it is there.
func (o object) child(name string) (inside object, found bool) {
	if !o.has(name) {
		return object{}, false
	}
	return o.at(name, o.fields[name]), true
}

// list gives the objects of a list of at most so many.
func (o object) list(name string, most int, required bool) []object {
	items := o.items(name, most, required)
	objects := make([]object, len(items))
	for i, item := range items {
		objects[i] = o.at(fmt.Sprintf("%s.%d", name, i), item)
	}
	return objects
}

// texts gives the texts of a list of at most so many.
func (o object) texts(name string, most int, fits rule) []string {
	items := o.items(name, most, false)
	texts := make([]string, len(items))
	for i, item := range items {
		at := strconv.Itoa(i)
		texts[i] = o.at(name, map[string]any{at: item}).textThere(at, fits)
	}
	return texts
}

func (o object) items(name string, most int, required bool) []any {
	if _, there := o.fields[name]; !there && !required {
		return nil
	}
	if o.missing(name) {
		return nil
	}
	items, is := o.fields[name].([]any)
	if !is {
		o.fail(name, "is no list")
	} else if len(items) > most {
		o.fail(name, fmt.Sprintf("has more than %d items", most))
		return nil
	}
	return items
}

func (o object) at(name string, value any) object {
	inside := object{system: o.system, path: strings.Trim(o.path+"."+name, "."), failed: o.failed}
	fields, is := value.(map[string]any)
	if !is {
		inside.fail("", "is no object")
	}
	inside.fields = fields
	return inside
}

// rule says what is wrong with a text, or nothing.
type rule func(text string) string

func matches(pattern string) rule {
	expression := regexp.MustCompile(pattern)
	return func(text string) string {
		if expression.MatchString(text) {
			return ""
		}
		return "does not have the form that is expected there"
	}
}

func length(least, most int) rule {
	return func(text string) string {
		if count := utf8.RuneCountInString(text); count < least || count > most {
			return fmt.Sprintf("is not of %d to %d characters", least, most)
		}
		return ""
	}
}

func oneOf(words ...string) rule {
	return func(text string) string {
		if slices.Contains(words, text) {
			return ""
		}
		return "is none of " + strings.Join(words, ", ")
	}
}

func all(rules ...rule) rule {
	return func(text string) string {
		for _, fits := range rules {
			if why := fits(text); why != "" {
				return why
			}
		}
		return ""
	}
}
