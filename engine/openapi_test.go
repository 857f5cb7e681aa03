package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3gen"
	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// openapi.json is what the operations make of it, and a valid document.
func TestTheDocumentIsThatOfTheOperations(t *testing.T) {
	made, err := describeOperations((&Engine{}).operations())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(made, document) {
		t.Error("openapi.json is not what the operations say; `go test ./engine -run Document -update` writes it anew")
	}
	d, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestAnExampleOfTheContractFitsTheDocument(t *testing.T) {
	d, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	schema := d.Paths.Value("/v0/vm").Post.RequestBody.Value.Content["application/json"].Schema.Value
	for body, fits := range map[string]bool{
		`{}`:                true,
		`{"profile": true}`: true,
		`{"profile": "x", "width": 800, "height": 600, "timeout": {"absolute": null, "offline": 10, "webhook": {"url": "http://x"}}}`: true,
		`{"profile": {"load": "x", "save": true}, "tag": "a", "region": "EU"}`:                                                        true,
		`{"profile": 7}`:                false,
		`{"timeout": {"offline": "x"}}`: false,
		`{"width": "wide"}`:             false,
	} {
		var value any
		json.Unmarshal([]byte(body), &value)
		if err := schema.VisitJSON(value); (err == nil) != fits {
			t.Errorf("%s: %v", body, err)
		}
	}
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// statuses are the HTTP statuses of the codes.
var statuses = map[string]int{
	codeInvalid: 400, codeUnauthorized: 401, codeForbidden: 403, codeNoSession: 404, codeSessionEnded: 410, codeNoProfile: 404,
	codeNoSnapshot: 404, codeNotFound: 404, codeInUse: 409, codeConflict: 409, codeBadFile: 400, codePassphrase: 400, codeTooLarge: 413, codeTooMany: 429, codeFull: 429,
	codeNoBrowser: 503, codeNoStorage: 503, codeClosing: 503,
}

func describeOperations(operations []operation) ([]byte, error) {
	schemas := openapi3.Schemas{}
	of := func(value any) (*openapi3.SchemaRef, error) {
		name := reflect.TypeOf(value).Name()
		if schemas[name] == nil {
			made, err := openapi3gen.NewSchemaRefForValue(value, openapi3.Schemas{}, openapi3gen.SchemaCustomizer(special))
			if err != nil {
				return nil, err
			}
			schemas[name] = made
		}
		return openapi3.NewSchemaRef("#/components/schemas/"+name, schemas[name].Value), nil
	}
	d := &openapi3.T{
		OpenAPI: "3.0.3",
		Info: &openapi3.Info{Title: "Valise's engine", Version: "0",
			Description: "Hyperbeam's dispatch API and a session's own calls, and Valise's calls about profiles. Errors are {code, message}."},
		Paths: openapi3.NewPaths(),
		Components: &openapi3.Components{Schemas: schemas, SecuritySchemes: openapi3.SecuritySchemes{
			"key":   {Value: openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer").WithDescription("An API key")},
			"admin": {Value: openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer").WithDescription("The session's admin_token, or an API key")},
			"token": {Value: openapi3.NewSecurityScheme().WithType("apiKey").WithIn("query").WithName("token").WithDescription("Part of embed_url")},
		}},
	}
	failure, err := of(refusal{})
	if err != nil {
		return nil, err
	}
	for _, op := range operations {
		if op.method == "OPTIONS" {
			continue
		}
		o := openapi3.NewOperation()
		o.Summary = op.what
		o.OperationID = strings.ToLower(op.method) + strings.NewReplacer("/", "_", "{", "", "}", "", ".", "_").Replace(op.path)
		if scheme := map[access]string{keyHolder: "key", admin: "admin", viewer: "token"}[op.who]; scheme != "" {
			o.Security = openapi3.NewSecurityRequirements().With(openapi3.NewSecurityRequirement().Authenticate(scheme))
		}
		for _, name := range inPath.FindAllStringSubmatch(op.path, -1) {
			o.AddParameter(openapi3.NewPathParameter(name[1]).WithSchema(openapi3.NewStringSchema()))
		}
		if op.path == "/v0/vm" && op.method == "GET" {
			o.AddParameter(openapi3.NewQueryParameter("after_id").WithSchema(openapi3.NewUUIDSchema()))
		}
		if op.takes != nil {
			schema, err := of(op.takes)
			if err != nil {
				return nil, err
			}
			content := openapi3.NewContentWithJSONSchemaRef(schema)
			if op.form {
				form := openapi3.NewObjectSchema().WithPropertyRef("body", schema).WithProperty("file", openapi3.NewStringSchema().WithFormat("binary"))
				content = openapi3.NewContentWithFormDataSchema(form.WithRequired([]string{"body", "file"}))
			}
			o.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithContent(content)}
		}
		ok := openapi3.NewResponse().WithDescription("It is done")
		if op.gives != nil {
			schema, err := of(op.gives)
			if err != nil {
				return nil, err
			}
			ok.WithContent(openapi3.NewContentWithJSONSchemaRef(schema))
		}
		if op.givesFile {
			ok.WithContent(openapi3.NewContentWithSchema(openapi3.NewStringSchema().WithFormat("binary"), []string{"application/octet-stream"}))
		}
		o.AddResponse(http.StatusOK, ok)
		codes := map[int][]string{}
		expected := slices.Clone(op.errors)
		if op.who != anybody {
			expected = append(expected, codeUnauthorized)
		}
		for _, code := range append(expected, codeTooMany) {
			if status := statuses[code]; !slices.Contains(codes[status], code) {
				codes[status] = append(codes[status], code)
			}
		}
		for status, of := range codes {
			o.AddResponse(status, openapi3.NewResponse().WithDescription(strings.Join(of, ", ")).WithContent(openapi3.NewContentWithJSONSchemaRef(failure)))
		}
		o.Responses.Delete("default")
		d.AddOperation(op.path, op.method, o)
	}
	data, err := json.MarshalIndent(d, "", "  ")
	return append(data, '\n'), err
}

// special says how types are written that write themselves.
func special(_ string, t reflect.Type, _ reflect.StructTag, s *openapi3.Schema) error {
	either := func(all ...*openapi3.Schema) {
		*s = openapi3.Schema{}
		for _, one := range all {
			s.AnyOf = append(s.AnyOf, openapi3.NewSchemaRef("", one))
		}
	}
	switch t {
	case reflect.TypeFor[uuid.UUID]():
		*s = *openapi3.NewUUIDSchema()
	case reflect.TypeFor[time.Duration]():
		*s = *openapi3.NewInt64Schema()
		s.Description = "nanoseconds"
	case reflect.TypeFor[seconds]():
		*s = *openapi3.NewFloat64Schema().WithNullable()
		s.Description = "seconds; null: never"
	case reflect.TypeFor[profileChoice]():
		object := openapi3.NewObjectSchema()
		object.Properties = openapi3.Schemas{
			"load": openapi3.NewSchemaRef("", &openapi3.Schema{Description: "a profile's id"}),
			"save": openapi3.NewSchemaRef("", &openapi3.Schema{Description: "a profile's id, true or false"}),
		}
		either(openapi3.NewBoolSchema(), openapi3.NewStringSchema(), object)
	case reflect.TypeFor[searchEngine]():
		object := openapi3.NewObjectSchema()
		object.Properties = openapi3.Schemas{"url": openapi3.NewSchemaRef("", openapi3.NewStringSchema())}
		either(openapi3.NewStringSchema(), object)
	case reflect.TypeFor[authChoice]():
		value := openapi3.NewObjectSchema().WithProperty("url", openapi3.NewStringSchema()).WithProperty("bearer", openapi3.NewStringSchema())
		value.Description = "of a webhook"
		*s = *openapi3.NewObjectSchema().WithProperty("type", openapi3.NewStringSchema().WithEnum("token", "webhook")).WithProperty("value", value).WithNullable()
	case reflect.TypeFor[roleChange]():
		*s = *openapi3.NewArraySchema().WithItems(&openapi3.Schema{})
	}
	return nil
}
