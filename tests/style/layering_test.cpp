// The walls of the house: each folder includes only what lies below it.
#include <gtest/gtest.h>

#include "tests/style/include_rules.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::style {
namespace {

TEST(Layering, TheRepositoryKeepsItsWalls) {
  const Sources sources = read_sources(testing::source_path(""));
  ASSERT_GT(sources.size(), 20U);
  for (const std::string& violation : include_violations(sources)) ADD_FAILURE() << violation;
}

struct Planted {
  const char* path;
  const char* line;
};

TEST(Layering, CatchesPlantedViolations) {
  for (const Planted& planted : {
           Planted{"engine/net/a.hpp", "#include \"engine/set/address_set.hpp\""},
           Planted{"engine/alloc/a.cpp", "#include \"engine/cluster/objects.hpp\""},
           Planted{"engine/verify/a.cpp", "#include \"daemon/api/object_json.hpp\""},
           Planted{"engine/cluster/a.cpp", "#include <nlohmann/json.hpp>"},
           Planted{"engine/cluster/a.cpp", "#include <thread>"},
           Planted{"engine/set/a.cpp", "#include <boost/asio.hpp>"},
           Planted{"daemon/input/a.cpp", "#include \"daemon/api/object_json.hpp\""},
           Planted{"daemon/api/a.cpp", "#include \"daemon/http/server.hpp\""},
           Planted{"daemon/api/a.cpp", "#include \"tools/clusteripctl/options.hpp\""},
           Planted{"daemon/control/a.cpp", "#include <sqlite3.h>"},
           Planted{"daemon/api/a.cpp", "#include <httplib.h>"},
           Planted{"tools/clusteripctl/a.cpp", "#include <boost/program_options.hpp>"},
           Planted{"bench/a.cpp", "#include \"fuzz/a.hpp\""},
       }) {
    const Sources one{{planted.path, std::string("// text\n") + planted.line + "\n"}};
    EXPECT_EQ(include_violations(one).size(), 1U) << planted.path << ": " << planted.line;
  }
}

TEST(Layering, LetsLowerRungsIn) {
  const Sources fine{
      {"engine/set/a.cpp", "#include \"engine/net/address.hpp\"\n#include <boost/container/flat_map.hpp>\n"},
      {"daemon/api/a.cpp", "#include \"engine/cluster/objects.hpp\"\n#include <nlohmann/json.hpp>\n"},
      {"tests/engine/a.cpp", "#include \"tests/support/paths.hpp\"\n"},
  };
  EXPECT_TRUE(include_violations(fine).empty());
}

}  // namespace
}  // namespace clusterip::style
