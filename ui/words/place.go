package words

import (
	"net/url"

	"valise/profiles/vault"
)

// Place names where a vault is kept: "s3://bucket/folder", with the server where it is not Amazon's, or the folder.
func Place(at vault.Location) string {
	if at.Folder != "" {
		return at.Folder
	}
	name := "s3://" + at.Bucket
	if at.Prefix != "" {
		name += "/" + at.Prefix
	}
	if server, err := url.Parse(at.Endpoint); err == nil && server.Host != "" {
		name += " at " + server.Host
	}
	return name
}

// PlaceIn is Place of a location in its text form; a text that is none is taken as it is.
func PlaceIn(text string) string {
	at, err := vault.ParseLocation(text)
	if err != nil {
		return text
	}
	return Place(at)
}
