#include "daemon/http/request_audit.hpp"

#include "daemon/api/request_path.hpp"
#include "daemon/http/parameters.hpp"

namespace clusterip::daemon {
namespace {

bool is_write(std::string_view verb) {
  return verb == "create" || verb == "update" || verb == "patch" || verb == "delete" ||
         verb == "deletecollection";
}

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

// A watch whose end is told, however it comes.
class AuditedStream : public EventStream {
 public:
  AuditedStream(std::unique_ptr<EventStream> stream, AuditLog& log, AuditEvent event)
      : stream_(std::move(stream)), log_(log), event_(std::move(event)) {}
  ~AuditedStream() override {
    event_.reached = log_.now();
    log_.submit(std::move(event_));
  }
  AuditedStream(const AuditedStream&) = delete;
  AuditedStream& operator=(const AuditedStream&) = delete;

  bool collect(std::string& out, Clock::time_point now) override { return stream_->collect(out, now); }
  Clock::time_point deadline() const override { return stream_->deadline(); }

 private:
  std::unique_ptr<EventStream> stream_;
  AuditLog& log_;
  AuditEvent event_;
};

}  // namespace

RequestAudit::RequestAudit(AuditLog* log, const HttpRequest& request, const std::string& id) : log_(log) {
  if (log_ == nullptr) return;
  event_.received = log_->now();
  event_.id = id;
  event_.uri = request.target;
  event_.source_ip = request.peer;
  event_.user_agent = request.header("User-Agent");
  if (auto path = api::read_request_path(request.path)) {
    event_.verb = audit_verb(request.method, path->name.empty(), asks_to_watch(request, *path));
    event_.with_bodies = is_write(event_.verb);
    event_.object = {std::move(path->resource), std::move(path->name_space), std::move(path->name),
                     std::move(path->group),    std::move(path->version),    std::move(path->subresource)};
  } else {
    event_.verb = lower_case(request.method);
  }
}

void RequestAudit::finish(HttpResponse& response) {
  if (log_ == nullptr) return;
  event_.code = response.status;
  if (response.stream) {
    event_.stage = AuditStage::kResponseStarted;
    event_.reached = log_->now();
    AuditEvent end = event_;
    log_->submit(std::move(event_));
    end.stage = AuditStage::kResponseComplete;
    response.stream = std::make_unique<AuditedStream>(std::move(response.stream), *log_, std::move(end));
    return;
  }
  event_.request_object = std::move(response.audited.request);
  event_.response_object = std::move(response.audited.response);
  if (event_.object.name.empty()) event_.object.name = std::move(response.audited.name);
  event_.status = std::move(response.audited.status);
  const bool is_status = response.status >= 400 && response.content_type == "application/json";
  if (event_.status.empty() && is_status) event_.status = response.body;
  event_.reached = log_->now();
  log_->submit(std::move(event_));
}

}  // namespace clusterip::daemon
