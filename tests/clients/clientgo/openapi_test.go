// The OpenAPI v2 document, as kubectl's libraries read it.
package clientgo

import (
	"testing"

	openapiv2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"
	"k8s.io/client-go/kubernetes"
	openapi "k8s.io/kube-openapi/pkg/util/proto"
	"sigs.k8s.io/yaml"

	"clusterip.dev/tests/clients/daemon"
)

// inOneLayout writes the YAML texts of a document, which may be laid out in many ways, in one way.
func inOneLayout(t *testing.T, document *openapiv2.Document) *openapiv2.Document {
	err := protorange.Range(document.ProtoReflect(), func(values protopath.Values) error {
		message, isMessage := values.Index(-1).Value.Interface().(protoreflect.Message)
		if !isMessage {
			return nil
		}
		if any, isAny := message.Interface().(*openapiv2.Any); isAny {
			any.Yaml = string(must[[]byte](t)(yaml.YAMLToJSON([]byte(any.Yaml))))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestOpenAPIv2(t *testing.T) {
	server := daemon.Start(t, ranges, "--in-memory")
	client := kubernetes.NewForConfigOrDie(server.Config("application/json")).Discovery()
	document := must[*openapiv2.Document](t)(client.OpenAPISchema())
	if _, err := openapi.NewOpenAPIData(document); err != nil {
		t.Fatal(err)
	}
	text := must[[]byte](t)(client.RESTClient().Get().AbsPath("/openapi/v2").Do(ctx).Raw())
	parsed := must[*openapiv2.Document](t)(openapiv2.ParseDocument(text))
	if !proto.Equal(inOneLayout(t, document), inOneLayout(t, parsed)) {
		t.Error("the library makes another message of the JSON form than the daemon does")
	}
}
