// Package s3 keeps objects in S3 or a compatible store: created, never overwritten.
package s3

import (
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
)

// Place is an endpoint, its buckets and what is asked of them. Bucket may hold {country} and {year}.
type Place struct {
	Endpoint, Bucket     string
	Secure               bool
	AccessKey, SecretKey string
	Region, CA           string
	RetentionYears       int
	RetentionMode        string
	Encryption           string
}

var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	encryption = regexp.MustCompile(`^(AES256|aws:kms:[A-Za-z0-9:/_.-]+)?$`)
)

// PlaceOf reads s3://host[:port]/bucket, or s3+http://… without TLS, and the variables TRIPINVOICE_S3_…. No text of
// its errors repeats the URL, which may hold a password.
func PlaceOf(address *url.URL) (*Place, error) {
	bucket := strings.TrimSuffix(strings.TrimPrefix(address.Path, "/"), "/")
	example := strings.NewReplacer("{country}", "gb", "{year}", "2026").Replace(bucket)
	if address.User != nil {
		return nil, wrong("TRIPINVOICE_DOCUMENTS", "credentials do not belong there, but in TRIPINVOICE_S3_ACCESS_KEY and "+
			"TRIPINVOICE_S3_SECRET_KEY")
	}
	if address.Hostname() == "" || !bucketName.MatchString(example) || address.RawQuery != "" || address.Fragment != "" {
		return nil, wrong("TRIPINVOICE_DOCUMENTS", "a host and a bucket are needed, and nothing after them; it is "+
			"s3://host:port/bucket")
	}
	place := &Place{
		Endpoint:      address.Host,
		Bucket:        bucket,
		Secure:        address.Scheme == "s3",
		AccessKey:     setting("ACCESS_KEY"),
		SecretKey:     setting("SECRET_KEY"),
		Region:        setting("REGION"),
		CA:            setting("CA"),
		RetentionMode: setting("RETENTION_MODE"),
		Encryption:    setting("ENCRYPTION"),
	}
	return place, place.check()
}

func (p *Place) check() error {
	if years := setting("RETENTION_YEARS"); years != "" {
		var err error
		if p.RetentionYears, err = strconv.Atoi(years); err != nil || p.RetentionYears < 0 || p.RetentionYears > 100 {
			return wrong("TRIPINVOICE_S3_RETENTION_YEARS", "is no number from 0 to 100")
		}
	}
	if p.RetentionMode == "" {
		p.RetentionMode = "COMPLIANCE"
	}
	if p.RetentionMode != "COMPLIANCE" && p.RetentionMode != "GOVERNANCE" {
		return wrong("TRIPINVOICE_S3_RETENTION_MODE", "takes GOVERNANCE or COMPLIANCE")
	}
	if p.AccessKey != "" && p.SecretKey == "" {
		return wrong("TRIPINVOICE_S3_SECRET_KEY", "is empty, but the access key is set; set both or none")
	}
	if !encryption.MatchString(p.Encryption) {
		return wrong("TRIPINVOICE_S3_ENCRYPTION", "takes AES256 or aws:kms:KEY_ID, or nothing")
	}
	return nil
}

// bucketOf is the bucket of an object, by the country and year of its key.
func (p *Place) bucketOf(ref contract.ObjectRef) string {
	parts := strings.SplitN(ref.Key, "/", 4)
	return strings.NewReplacer("{country}", strings.ToLower(parts[0]), "{year}", parts[2]).Replace(p.Bucket)
}

func setting(name string) string { return os.Getenv("TRIPINVOICE_S3_" + name) }

func wrong(setting, what string) error {
	return fault.New(fault.Configuration, setting, "%s: %s", setting, what)
}
