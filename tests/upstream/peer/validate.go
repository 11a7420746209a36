package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	genericvalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/registry/networking/ipaddress"
	"k8s.io/kubernetes/pkg/registry/networking/servicecidr"
)

// strategy is what the registry asks about objects of one kind.
type strategy interface {
	rest.RESTCreateStrategy
	rest.RESTUpdateStrategy
}

// fixedNames ends a generated name as the protocol does, where upstream ends it at random.
type fixedNames struct{}

func (fixedNames) GenerateName(base string) string {
	const longest = 63 - len("xxxxx")
	return base[:min(len(base), longest)] + "xxxxx"
}

func strategyOf(object runtime.Object) (strategy, string) {
	if _, ok := object.(*networking.IPAddress); ok {
		return ipaddress.Strategy, "ipaddresses"
	}
	cidrs := servicecidr.Strategy
	cidrs.NameGenerator = fixedNames{}
	return cidrs, "servicecidrs"
}

func requestContext(resource string) context.Context {
	ctx := genericapirequest.WithNamespace(context.Background(), "")
	return genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, APIGroup: "networking.k8s.io", APIVersion: "v1", Resource: resource})
}

// create does to the internal object what the registry does to a POST before it is stored.
func create(object runtime.Object) error {
	rules, resource := strategyOf(object)
	accessor, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	rest.WipeObjectMetaSystemFields(accessor)
	rest.FillObjectMetaSystemFields(accessor)
	if accessor.GetName() == "" && accessor.GetGenerateName() != "" {
		accessor.SetName(rules.GenerateName(accessor.GetGenerateName()))
	}
	return rest.BeforeCreate(rules, requestContext(resource), object)
}

// update does the same for a PUT. What the protocol does not look at is made equal first.
func update(object, old runtime.Object) error {
	rules, resource := strategyOf(object)
	accessor, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	before, err := meta.Accessor(old)
	if err != nil {
		return err
	}
	if before.GetResourceVersion() == "" {
		before.SetResourceVersion("1")
	}
	accessor.SetUID(before.GetUID())
	accessor.SetResourceVersion(before.GetResourceVersion())
	accessor.SetCreationTimestamp(before.GetCreationTimestamp())
	before.SetNamespace("")
	return rest.BeforeUpdate(rules, requestContext(resource), object, old)
}

func internal(object runtime.Object) (runtime.Object, error) {
	return legacyscheme.Scheme.ConvertToVersion(object, networking.SchemeGroupVersion)
}

func refuseCreate(object runtime.Object) error {
	converted, err := internal(object)
	if err != nil {
		return err
	}
	return create(converted)
}

func refuseUpdate(object, old runtime.Object) error {
	converted, err := internal(object)
	if err != nil {
		return err
	}
	before, err := internal(old)
	if err != nil {
		return err
	}
	return update(converted, before)
}

func validate(r request) (reply, error) {
	object, err := decodeObject(r, "object")
	if err != nil {
		return nil, err
	}
	if object == nil {
		return nil, errors.New(`member "object" is missing`)
	}
	old, err := decodeObject(r, "old")
	if err != nil {
		return nil, err
	}
	var refusal error
	if old == nil {
		refusal = create(object)
	} else {
		if fmt.Sprintf("%T", object) != fmt.Sprintf("%T", old) {
			return nil, errors.New(`members "object" and "old" are of two kinds`)
		}
		refusal = update(object, old)
	}
	return describe(refusal, object, old)
}

// decodeObject reads a member as the apiserver reads a body, into the internal type; nil where it is left out.
func decodeObject(r request, name string) (runtime.Object, error) {
	if !r.has(name) {
		return nil, nil
	}
	raw := bytes.TrimSpace(r[name])
	if len(raw) == 0 || raw[0] != '{' {
		return nil, fmt.Errorf("member %q is not an object", name)
	}
	object, _, err := legacyscheme.Codecs.UniversalDeserializer().Decode(raw, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("member %q: %v", name, err)
	}
	switch object.(type) {
	case *networkingv1.ServiceCIDR, *networkingv1.IPAddress:
		return internal(object)
	}
	return nil, fmt.Errorf("member %q: neither a ServiceCIDR nor an IPAddress of networking.k8s.io/v1", name)
}

// cause is one error of the reply.
type cause struct {
	Type   string          `json:"type"`
	Field  string          `json:"field"`
	Value  json.RawMessage `json:"value"`
	Detail string          `json:"detail"`
}

// describe turns the causes of the refusal into the errors of the reply. A cause holds its value only as part of a
// text, so the rules are asked once more for the errors themselves, and each cause is looked up among them.
func describe(refusal error, object, old runtime.Object) (reply, error) {
	causes := []cause{}
	if refusal == nil {
		return reply{"errors": causes}, nil
	}
	var status *apierrors.StatusError
	if !errors.As(refusal, &status) || status.ErrStatus.Reason != metav1.StatusReasonInvalid {
		return nil, refusal
	}
	known := map[string]*field.Error{}
	for _, one := range fieldErrors(object, old) {
		known[one.Error()] = one
	}
	for _, stated := range status.ErrStatus.Details.Causes {
		one, ok := known[stated.Field+": "+stated.Message]
		if !ok {
			one = fromText(stated)
		}
		value, err := json.Marshal(valueOf(one))
		if err != nil {
			return nil, err
		}
		causes = append(causes, cause{string(stated.Type), stated.Field, value, one.Detail})
	}
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	return reply{"errors": sortMaps(causes, accessor)}, nil
}

// fromText reads an error back from its cause. It serves the errors that only the last step of a request adds (in
// 1.37 those of declarative validation), whose values are null or empty.
func fromText(stated metav1.StatusCause) *field.Error {
	one := &field.Error{Type: field.ErrorType(stated.Type), Field: stated.Field}
	rest := strings.TrimPrefix(strings.TrimPrefix(stated.Message, one.Type.String()), ": ")
	if detail, ok := strings.CutPrefix(rest, "null: "); ok {
		rest = detail
	}
	one.Detail = rest
	return one
}

func fieldErrors(object, old runtime.Object) field.ErrorList {
	rules, resource := strategyOf(object)
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil
	}
	metadata := field.NewPath("metadata")
	errs := genericvalidation.ValidateObjectMetaAccessor(accessor, false, path.ValidatePathSegmentName, metadata)
	if old == nil {
		return append(errs, rules.Validate(requestContext(resource), object)...)
	}
	before, err := meta.Accessor(old)
	if err != nil {
		return nil
	}
	errs = append(errs, genericvalidation.ValidateObjectMetaAccessorUpdate(accessor, before, metadata)...)
	return append(errs, rules.ValidateUpdate(requestContext(resource), object, old)...)
}

func valueOf(one *field.Error) any {
	switch one.Type {
	case field.ErrorTypeRequired, field.ErrorTypeForbidden:
		return ""
	}
	return one.BadValue
}

// sortMaps puts the errors of labels and annotations into the text order of the keys. Upstream walks these maps in
// any order; each walk leaves one block of errors.
func sortMaps(causes []cause, object metav1.Object) []cause {
	metadata := field.NewPath("metadata")
	var ofLabels, ofAnnotations field.ErrorList
	for _, key := range sortedKeys(object.GetLabels()) {
		ofLabels = append(ofLabels, metav1validation.ValidateLabels(map[string]string{key: object.GetLabels()[key]},
			metadata.Child("labels"))...)
	}
	for _, key := range sortedKeys(object.GetAnnotations()) {
		ofAnnotations = append(ofAnnotations, genericvalidation.ValidateAnnotations(map[string]string{key: ""},
			metadata.Child("annotations"))...)
	}
	causes = replaceBlocks(causes, ofLabels)
	return replaceBlocks(causes, ofAnnotations)
}

func sortedKeys(values map[string]string) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// replaceBlocks finds each stretch of causes that holds exactly the errors of want, in whatever order, and puts them
// into want's order.
func replaceBlocks(causes []cause, want field.ErrorList) []cause {
	block := make([]cause, 0, len(want))
	for _, one := range want {
		value, err := json.Marshal(valueOf(one))
		if err != nil {
			return causes
		}
		block = append(block, cause{typeName(one), one.Field, value, one.Detail})
	}
	for i := 0; len(block) > 0 && i+len(block) <= len(causes); i++ {
		if sameCauses(causes[i:i+len(block)], block) {
			copy(causes[i:], block)
			i += len(block) - 1
		}
	}
	return causes
}

func typeName(one *field.Error) string {
	return string(one.Type)
}

func sameCauses(a, b []cause) bool {
	texts := func(list []cause) []string {
		out := make([]string, 0, len(list))
		for _, one := range list {
			out = append(out, strings.Join([]string{one.Type, one.Field, string(one.Value), one.Detail}, "\x00"))
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(texts(a), texts(b))
}
