// What the parts of the fake apiserver share: HTTP answers, chunks and events as bytes on a socket.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace clusterip::testing {

inline constexpr std::array<const char*, 3> kKindNames{"Service", "ServiceCIDR", "IPAddress"};

// Each says whether the client is still there.
bool send_all(int socket, std::string_view bytes);
bool send_answer(int socket, int status, const std::string& body, const std::string& more = "");
bool send_status(int socket, int code, const std::string& reason);
bool send_chunk(int socket, std::string_view bytes);
// The client has closed its end.
bool has_hung_up(int socket);

std::string event_line(const std::string& type, const nlohmann::json& object);

}  // namespace clusterip::testing
