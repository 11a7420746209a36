#include "daemon/mirror/start_reader.hpp"

#include <utility>
#include <vector>

#include "daemon/mirror/watch_json.hpp"

namespace clusterip::daemon {
namespace {

// One reading: lists, page by page.
class Lists {
 public:
  Lists(ApiClient& client, std::size_t most, std::size_t page) : client_(client), most_(most), page_(page) {}

  // "" or what is wrong.
  std::string read(const std::string& collection, api::ObjectKind kind) {
    std::string token;
    do {
      std::string target = collection + "?limit=" + std::to_string(page_);
      if (!token.empty()) target += "&continue=" + encode_query(token);
      const CallResult result = client_.get(target);
      if (const auto* fault = std::get_if<ClientFault>(&result)) return fault->message;
      const auto& answer = std::get<ApiAnswer>(result);
      if (!answer.ok()) {
        missing_ = answer.status == 404;
        return collection + ": " + read_server_status(answer.body, answer.status).message;
      }
      auto page = read_list_page(answer.body, kind);
      if (const auto* fault = std::get_if<Fault>(&page)) return collection + ": " + fault->message;
      token = std::get<ListPage>(page).continue_token;
      for (const MirroredObject& object : std::get<ListPage>(page).items)
        std::visit([this](const auto& held) { start.add(held); }, object);
      if (start.object_count() > most_)
        return "the cluster has more than " + std::to_string(most_) + " objects";
    } while (!token.empty());
    return "";
  }

  // v1, or v1beta1 where the server has no v1.
  std::string read_networking(const std::string& plural, api::ObjectKind kind) {
    std::string fault = read("/apis/networking.k8s.io/v1/" + plural, kind);
    if (std::exchange(missing_, false)) fault = read("/apis/networking.k8s.io/v1beta1/" + plural, kind);
    return fault;
  }

  verify::StartState start;

 private:
  ApiClient& client_;
  const std::size_t most_;
  const std::size_t page_;
  bool missing_ = false;
};

}  // namespace

std::variant<verify::StartState, std::string> StartReader::read() {
  Lists lists(client_, most_, page_);
  std::string fault = lists.read_networking("servicecidrs", api::ObjectKind::kServiceCidr);
  if (fault.empty()) fault = lists.read_networking("ipaddresses", api::ObjectKind::kIpAddress);
  if (fault.empty()) fault = lists.read("/api/v1/services", api::ObjectKind::kService);
  if (!fault.empty()) return fault;
  return std::move(lists.start);
}

}  // namespace clusterip::daemon
