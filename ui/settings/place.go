package settings

import (
	"net/url"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"valise/profiles/vault"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"
)

// The kinds of places, as the person chooses among them.
const (
	KindS3     = "S3 bucket"
	KindFolder = "Folder"
)

// PlaceForm asks for a place where a vault is kept, and for what opens it.
type PlaceForm struct {
	widget.BaseWidget
	OnChooseFolder func(chosen func(string)) // asks for a folder; nil: it can only be typed

	Kind                             *parts.Options
	Bucket, Prefix, Endpoint, Region *parts.Field
	AccessKey, SecretKey             *parts.Field
	Folder                           *parts.Field
	bucketFields, folderFields       *fyne.Container
}

// NewPlaceForm makes an empty form.
func NewPlaceForm() *PlaceForm {
	f := &PlaceForm{
		Bucket:    parts.NewField("Bucket", "my-bucket"),
		Prefix:    parts.NewField("Folder in the bucket", "valise"),
		Endpoint:  parts.NewField("Endpoint", "Amazon S3, unless you say otherwise"),
		Region:    parts.NewField("Region", "us-east-1"),
		AccessKey: parts.NewField("Access key", ""),
		SecretKey: parts.NewSecretField("Secret key", ""),
		Folder:    parts.NewField("Folder", "/media/stick/valise"),
	}
	choose := parts.NewButton("Choose…", func() { f.OnChooseFolder(f.Folder.Entry.SetText) })
	f.bucketFields = parts.Column(look.Space-4,
		parts.Pair(f.Bucket, f.Prefix), parts.Pair(f.Endpoint, f.Region), parts.Pair(f.AccessKey, f.SecretKey))
	f.folderFields = parts.Column(look.Gap, f.Folder, container.NewHBox(choose))
	f.Kind = parts.NewOptions(KindS3, KindFolder)
	f.Kind.OnChanged = func(string) { f.showKind() }
	f.ExtendBaseWidget(f)
	f.Kind.SetSelected(KindS3)
	return f
}

func (f *PlaceForm) showKind() {
	f.bucketFields.Hidden = f.Kind.Selected != KindS3
	f.folderFields.Hidden = f.Kind.Selected != KindFolder
	f.Refresh()
}

// Set fills in a place; secrets are never filled in.
func (f *PlaceForm) Set(at vault.Location) {
	if at.Folder != "" {
		f.Kind.SetSelected(KindFolder)
	}
	f.Folder.Entry.SetText(at.Folder)
	f.Bucket.Entry.SetText(at.Bucket)
	f.Prefix.Entry.SetText(at.Prefix)
	f.Endpoint.Entry.SetText(at.Endpoint)
	f.Region.Entry.SetText(at.Region)
}

// Read is what was entered; false: something is missing or wrong, which is then said beside the field.
func (f *PlaceForm) Read() (vault.Location, vault.Credentials, bool) {
	text := func(field *parts.Field) string { return strings.TrimSpace(field.Entry.Text) }
	right := true
	demand := func(field *parts.Field, holds bool, complaint string) {
		if !holds {
			field.Complain(complaint)
			right = false
		}
	}
	if f.Kind.Selected == KindFolder {
		at := vault.Location{Folder: text(f.Folder)}
		demand(f.Folder, filepath.IsAbs(at.Folder), "Choose a folder, or give its whole path.")
		return at, vault.Credentials{}, right
	}
	at := vault.Location{
		Bucket:   strings.TrimPrefix(text(f.Bucket), "s3://"),
		Prefix:   strings.Trim(text(f.Prefix), "/"),
		Endpoint: strings.TrimSuffix(text(f.Endpoint), "/"),
		Region:   text(f.Region),
	}
	if bucket, prefix, both := strings.Cut(at.Bucket, "/"); both { // s3://bucket/prefix in one field
		at.Bucket = bucket
		if at.Prefix == "" {
			at.Prefix = strings.Trim(prefix, "/")
		}
	}
	demand(f.Bucket, at.Bucket != "", "Which bucket is it?")
	demand(f.Endpoint, at.Endpoint == "" || isEndpoint(at.Endpoint), "An address such as https://s3.example.org")
	keys := vault.Credentials{AccessKey: text(f.AccessKey), SecretKey: text(f.SecretKey)}
	demand(f.SecretKey, keys.AccessKey == "" || keys.SecretKey != "", "The secret that goes with the access key.")
	demand(f.AccessKey, keys.SecretKey == "" || keys.AccessKey != "", "The access key that goes with the secret.")
	if at.Endpoint != "" && !strings.Contains(at.Endpoint, "://") {
		at.Endpoint = "https://" + at.Endpoint
	}
	if right {
		if err := at.Check(); err != nil {
			f.Bucket.Complain(words.Sentence(err.Error()))
			right = false
		}
	}
	return at, keys, right
}

// Forget empties the fields that hold secrets.
func (f *PlaceForm) Forget() {
	f.AccessKey.Entry.SetText("")
	f.SecretKey.Entry.SetText("")
}

// isEndpoint says whether a text is the address of a server, with or without https://.
func isEndpoint(text string) bool {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && !strings.Contains(text, " ")
}

// CreateRenderer implements fyne.Widget.
func (f *PlaceForm) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.Column(look.Gap, f.Kind, f.bucketFields, f.folderFields))
}
