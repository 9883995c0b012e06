package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/store/s3"
)

const (
	hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc" (FIPS 180-4)
	code = "<Error><Code>%s</Code><Message>a secret</Message></Error>"
)

var abc = contract.ObjectRef{
	Key: "DE/rides/2026/03/29/ba/" + hash + ".zst", SHA256: hash, Size: 3, MediaType: "application/zstd",
}

// opened is a store of a bucket for each country and year, on a server that answers so.
func opened(t *testing.T, answer http.HandlerFunc) *s3.Store {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	t.Setenv("TRIPINVOICE_S3_ACCESS_KEY", "somebody")
	t.Setenv("TRIPINVOICE_S3_SECRET_KEY", "something")
	t.Setenv("TRIPINVOICE_S3_REGION", "eu-central-1")
	t.Setenv("TRIPINVOICE_S3_RETENTION_YEARS", "10")
	address, err := url.Parse("s3+" + server.URL + "/invoices-{country}-{year}")
	if err != nil {
		t.Fatal(err)
	}
	place, err := s3.PlaceOf(address)
	if err != nil {
		t.Fatal(err)
	}
	store, err := s3.Open(place)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func refuse(w http.ResponseWriter, status int, name string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, code, name)
}

func TestPutCreatesOnly(t *testing.T) {
	var asked []*http.Request
	store := opened(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r)
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("ETag", `"x"`)
	})
	if err := store.Put(context.Background(), abc, []byte("abc")); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 1 || asked[0].Method != http.MethodPut || asked[0].URL.Path != "/invoices-de-2026/"+abc.Key {
		t.Fatalf("asked %d times, %s", len(asked), asked[0].URL)
	}
	for name, wanted := range map[string]string{
		"If-None-Match":                "*",
		"X-Amz-Checksum-Sha256":        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
		"X-Amz-Meta-Sha256":            hash,
		"Content-Md5":                  "kAFQmDzST7DWlj99KOF/cg==",
		"Content-Type":                 "application/zstd",
		"X-Amz-Object-Lock-Mode":       "COMPLIANCE",
		"X-Amz-Server-Side-Encryption": "",
	} {
		if got := asked[0].Header.Get(name); got != wanted {
			t.Errorf("%s: %q, wanted %q", name, got, wanted)
		}
	}
}

func TestAStoreThatCannotPutConditionally(t *testing.T) {
	for name, found := range map[string]bool{"finds nothing": false, "finds it": true} {
		t.Run(name, func(t *testing.T) {
			var puts []string
			store := opened(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				switch {
				case r.Method == http.MethodPut && r.Header.Get("If-None-Match") != "":
					refuse(w, http.StatusNotImplemented, "NotImplemented")
				case r.Method == http.MethodPut:
					puts = append(puts, r.URL.Path)
				case !found:
					w.WriteHeader(http.StatusNotFound)
				default:
					w.Header().Set("Last-Modified", "Thu, 26 Nov 2026 06:56:37 GMT")
					w.Header().Set("Content-Length", "3")
					if r.Method == http.MethodGet {
						_, _ = io.WriteString(w, "abc")
					}
				}
			})
			if err := store.Put(context.Background(), abc, []byte("abc")); err != nil {
				t.Fatal(err)
			}
			if found == (len(puts) == 1) {
				t.Errorf("put %d times", len(puts))
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		code   string
		kind   string
		field  string
	}{
		"not there":  {http.StatusNotFound, "NoSuchKey", fault.NotFound, "key"},
		"no bucket":  {http.StatusNotFound, "NoSuchBucket", fault.Configuration, "TRIPINVOICE_DOCUMENTS"},
		"forbidden":  {http.StatusForbidden, "AccessDenied", fault.Configuration, "TRIPINVOICE_S3_ACCESS_KEY"},
		"wrong key":  {http.StatusForbidden, "SignatureDoesNotMatch", fault.Configuration, "TRIPINVOICE_S3_SECRET_KEY"},
		"busy":       {http.StatusServiceUnavailable, "SlowDown", fault.StoreUnavailable, ""},
		"odd answer": {http.StatusTeapot, "a long <story>", fault.Configuration, "TRIPINVOICE_DOCUMENTS"},
	} {
		t.Run(name, func(t *testing.T) {
			store := opened(t, func(w http.ResponseWriter, _ *http.Request) { refuse(w, test.status, test.code) })
			_, err := store.Get(context.Background(), abc)
			var refused *fault.Error
			if !errors.As(err, &refused) || refused.Type != test.kind || refused.Field != test.field {
				t.Fatalf("%#v", err)
			}
			if strings.Contains(refused.Message, "secret") || strings.Contains(refused.Message, "story") {
				t.Errorf("it repeats what the store wrote: %s", refused.Message)
			}
		})
	}
}
