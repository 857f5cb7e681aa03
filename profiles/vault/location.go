package vault

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Location says where a vault is kept besides this computer: in a folder, or in an S3 bucket. It holds no secret.
type Location struct {
	Bucket, Prefix string // S3; a prefix has no slash at either end
	Endpoint       string // S3: scheme, host and perhaps port, "https://minio.example:9000"; empty: Amazon
	Region         string // S3; empty: as the server says
	Folder         string // instead of S3: a full path

	// Style is how a bucket of S3 is addressed: StylePath or StyleVirtual; empty: by its path at an endpoint, by its host name
	// at Amazon.
	Style string `json:",omitempty"`
	// CA has the certificates (PEM) of the authorities that alone may vouch for the server; empty: those that this computer
	// trusts. They are public.
	CA string `json:",omitempty"`
}

const (
	StylePath    = "path"    // https://s3.example/bucket/object
	StyleVirtual = "virtual" // https://bucket.s3.example/object
)

// ParseLocation understands what String writes, "s3://bucket/prefix" (with ?endpoint=URL, region=NAME and style=STYLE behind
// it where there are such), and "file:///path" besides. ErrBadLocation, which says what is wrong with it.
func ParseLocation(s string) (Location, error) {
	l, err := parseLocation(strings.TrimSpace(s))
	if err != nil {
		return Location{}, err
	}
	return l, l.Check()
}

func parseLocation(s string) (Location, error) {
	if rest, ok := strings.CutPrefix(s, "file://"); ok {
		path, err := url.PathUnescape(rest)
		if err != nil {
			return Location{}, badLocation("%v", err)
		}
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, "/") // file:///C:/vault
		}
		return Location{Folder: filepath.FromSlash(path)}, nil
	}
	rest, ok := strings.CutPrefix(s, "s3://")
	if !ok {
		switch {
		case s == "":
			return Location{}, badLocation("it is empty")
		case strings.HasPrefix(s, "http://"), strings.HasPrefix(s, "https://"):
			return Location{}, badLocation("that is an endpoint: give s3://BUCKET/PREFIX, and it as the endpoint")
		}
		return Location{Folder: s}, nil
	}
	if strings.Contains(rest, "@") { // not repeated: what stands before it may be a secret
		return Location{}, badLocation("access key and secret do not belong into it")
	}
	rest, query, _ := strings.Cut(rest, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return Location{}, badLocation("%v", err)
	}
	for key := range values {
		if key != "endpoint" && key != "region" && key != "style" {
			return Location{}, badLocation("%q is not known", key)
		}
	}
	bucket, prefix, _ := strings.Cut(rest, "/")
	return Location{
		Bucket: bucket, Prefix: strings.Trim(prefix, "/"),
		Endpoint: values.Get("endpoint"), Region: values.Get("region"), Style: values.Get("style"),
	}, nil
}

var (
	// bucketName has the characters that any server takes; Amazon's own rules are stricter (lower case, no underscore).
	bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$`)
	// prefixPart has the characters that S3 calls safe in a key:
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
	prefixPart = regexp.MustCompile(`^[A-Za-z0-9!_.*'()-]+$`)
	regionName = regexp.MustCompile(`^[A-Za-z0-9-]*$`)
)

// maxPrefix leaves room for our names within the 1,024 bytes of a key.
const maxPrefix = 512

// Check says whether l names a place, without asking it. ErrBadLocation.
func (l Location) Check() error {
	if l.Folder != "" {
		switch {
		case l.Bucket != "" || l.Endpoint != "" || l.Style != "" || l.CA != "":
			return badLocation("it is a folder and a bucket at once")
		case !filepath.IsAbs(l.Folder):
			return badLocation("%q is not a full path", l.Folder)
		}
		return nil
	}
	if !bucketName.MatchString(l.Bucket) || strings.Contains(l.Bucket, "..") {
		return badLocation("%q is no name of a bucket: those have 3 to 63 letters, digits, dots and dashes", l.Bucket)
	}
	if l.Prefix != "" {
		if len(l.Prefix) > maxPrefix {
			return badLocation("the prefix is longer than %d characters", maxPrefix)
		}
		for part := range strings.SplitSeq(l.Prefix, "/") {
			if !prefixPart.MatchString(part) || part == "." || part == ".." {
				return badLocation("%q in the prefix: letters, digits and !_.*'()- are fine, between single slashes", part)
			}
		}
	}
	if !regionName.MatchString(l.Region) {
		return badLocation("%q is no name of a region", l.Region)
	}
	if l.Style != "" && l.Style != StylePath && l.Style != StyleVirtual {
		return badLocation("%q is no style: it is %s or %s", l.Style, StylePath, StyleVirtual)
	}
	if _, err := l.authorities(); err != nil {
		return badLocation("%v", err)
	}
	if l.Endpoint == "" {
		return nil
	}
	u, err := l.endpoint()
	switch {
	case err != nil:
		return err
	case l.CA != "" && u.Scheme != "https":
		return badLocation("an authority vouches for https, and the endpoint is http")
	case l.Style == StyleVirtual && net.ParseIP(u.Hostname()) != nil:
		return badLocation("the endpoint is a number, which has no host names of buckets below it: the style must be %s", StylePath)
	}
	return nil
}

// endpoint is the endpoint's URL. Without a scheme it is https.
func (l Location) endpoint() (*url.URL, error) {
	text := l.Endpoint
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		var inner *url.Error // whose text repeats the URL, in which there might be a secret
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, badLocation("the endpoint is no URL: %v", err)
	case u.User != nil:
		return nil, badLocation("access key and secret do not belong into the endpoint")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, badLocation("the endpoint begins with %q: it must be https:// or http://", u.Scheme)
	case u.Hostname() == "":
		return nil, badLocation("the endpoint has no host name")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		return nil, badLocation("the endpoint has more than a host and a port: the bucket and the prefix are given apart")
	}
	return u, nil
}

// String is the text form that people see, commands take and ParseLocation reads; empty for no place. It is all but CA.
func (l Location) String() string {
	if l == (Location{}) {
		return ""
	}
	if l.Folder != "" {
		return l.Folder
	}
	text := "s3://" + l.Bucket
	if l.Prefix != "" {
		text += "/" + l.Prefix
	}
	query := url.Values{}
	if l.Endpoint != "" {
		query.Set("endpoint", l.Endpoint)
	}
	if l.Region != "" {
		query.Set("region", l.Region)
	}
	if l.Style != "" {
		query.Set("style", l.Style)
	}
	if len(query) > 0 {
		text += "?" + query.Encode()
	}
	return text
}

// Store opens the place. Nothing is sent yet; c is for S3 alone.
func (l Location) Store(c Credentials) (Store, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	// Not returned as they come: a nil *Folder would be a Store that is not nil.
	if l.Folder != "" {
		folder, err := NewFolder(l.Folder)
		if err != nil {
			return nil, err
		}
		return folder, nil
	}
	bucket, err := NewS3(l, c)
	if err != nil {
		return nil, err
	}
	return bucket, nil
}

func badLocation(format string, args ...any) error {
	return ErrBadLocation.Because(fmt.Errorf(format, args...))
}
