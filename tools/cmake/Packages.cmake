# Third-party packages, each found once. tools/lib/setup.sh installs them on Debian.
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)  # engine: headers of Boost.Container alone
if(CLUSTERIP_DAEMON)
  find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
  find_package(nlohmann_json 3.11 REQUIRED)
  find_package(SQLite3 REQUIRED)
  find_package(ZLIB REQUIRED)
  find_package(yaml-cpp REQUIRED)
  # Debian ships cpp-httplib as a library whose switches come with its pkg-config file only.
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
  # Not needed: a faster heap for programs that build and drop trees of JSON all the time. Sanitizers have their own.
  if(CLUSTERIP_TCMALLOC AND NOT CLUSTERIP_SANITIZE)
    pkg_check_modules(tcmalloc QUIET IMPORTED_TARGET libtcmalloc_minimal)
  endif()
endif()
if(CLUSTERIP_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(CLUSTERIP_BENCH)
  find_package(benchmark REQUIRED)
endif()
