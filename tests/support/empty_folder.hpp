// A folder of a test's own.
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace clusterip::testing {

// The path of a folder with nothing in it, named by `prefix` and the test that runs.
inline std::string empty_folder(const std::string& prefix) {
  std::string path =
      ::testing::TempDir() + prefix + "_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

}  // namespace clusterip::testing
