package servicecidr

// What upstream's tests need and nothing else here does, so that go.mod goes on naming it.
import _ "k8s.io/kubernetes/test/utils/ktesting"
