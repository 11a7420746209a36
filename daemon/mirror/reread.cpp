#include "daemon/mirror/reread.hpp"

#include <algorithm>
#include <set>

#include "daemon/mirror/watch_json.hpp"
#include "engine/net/text.hpp"
#include "engine/verify/state_rules.hpp"

namespace clusterip::daemon {
namespace {

using verify::ObjectRef;

struct Unreadable {
  std::string reason;
};

class Reading {
 public:
  explicit Reading(ApiClient& client) : client_(client) {}

  verify::State state;

  void read(const ObjectRef& ref) {
    if (!seen_.insert(ref).second) return;
    if (ref.kind == "Service") {
      take("/api/v1/namespaces/" + encode_query(ref.name_space) + "/services/" + encode_query(ref.name),
           api::ObjectKind::kService);
    } else if (ref.kind == "IPAddress") {
      read_address(ref.name);
    }
  }

  // The IPAddress and the Service that it names.
  void read_address(const std::string& name) {
    const auto object = take(networking("ipaddresses", name), api::ObjectKind::kIpAddress);
    if (!object) return;
    const auto& parent = std::get<cluster::IpAddress>(*object).parent;
    if (parent && parent->is_service()) read({"Service", parent->name_space, parent->name});
  }

  void read_ranges() {
    const CallResult result = networking_call("servicecidrs");
    const auto& answer = good(result);
    auto page = read_list_page(answer.body, api::ObjectKind::kServiceCidr);
    if (const auto* fault = std::get_if<Fault>(&page)) throw Unreadable{fault->message};
    for (const MirroredObject& item : std::get<ListPage>(page).items) {
      state.put(std::get<cluster::ServiceCidr>(item));
    }
  }

 private:
  static const ApiAnswer& good(const CallResult& result) {
    if (const auto* fault = std::get_if<ClientFault>(&result)) throw Unreadable{fault->message};
    const auto& answer = std::get<ApiAnswer>(result);
    if (!answer.ok() && answer.status != 404) {
      throw Unreadable{read_server_status(answer.body, answer.status).message};
    }
    return answer;
  }

  // v1, or v1beta1 where the server has no v1: its whole list is not found then.
  CallResult networking_call(const std::string& plural) {
    CallResult result = client_.get("/apis/networking.k8s.io/" + version_ + "/" + plural);
    if (good(result).status != 404) return result;
    version_ = version_ == "v1" ? "v1beta1" : "v1";
    result = client_.get("/apis/networking.k8s.io/" + version_ + "/" + plural);
    if (good(result).status == 404) throw Unreadable{plural + " are not served"};
    return result;
  }
  std::string networking(const char* plural, const std::string& name) const {
    return "/apis/networking.k8s.io/" + version_ + "/" + plural + "/" + encode_query(name);
  }

  std::optional<MirroredObject> take(const std::string& target, api::ObjectKind kind) {
    const CallResult result = client_.get(target);
    const ApiAnswer& answer = good(result);
    if (answer.status == 404) return std::nullopt;
    auto object = read_object(answer.body, kind);
    if (const auto* fault = std::get_if<Fault>(&object)) throw Unreadable{fault->message};
    std::visit([&](const auto& held) { state.put(held); }, std::get<MirroredObject>(object));
    return std::get<MirroredObject>(std::move(object));
  }

  ApiClient& client_;
  std::set<ObjectRef> seen_;
  std::string version_ = "v1";
};

}  // namespace

Rereader::Answer Rereader::ask(const verify::Finding& finding, cluster::Instant now, std::string& trouble) {
  Reading reading(client_);
  try {
    // The ranges first: that request shows which version of the group the server has.
    reading.read_ranges();
    for (const ObjectRef& object : finding.objects) reading.read(object);
    if (!finding.address.empty()) reading.read({"IPAddress", "", finding.address});
  } catch (const Unreadable& unreadable) {
    trouble = unreadable.reason;
    return Answer::kUnknown;
  }
  verify::StateOptions options;
  options.now = now;
  options.settling = {};
  options.default_ranges = default_ranges_;
  const auto found = verify::StateRules(reading.state, options).check_all();
  const bool same = std::any_of(found.begin(), found.end(), [&](const verify::Finding& again) {
    return again.rule == finding.rule && again.address == finding.address && again.objects == finding.objects;
  });
  return same ? Answer::kSame : Answer::kOtherwise;
}

}  // namespace clusterip::daemon
