# clusterip_library(NAME SOURCES … LIBS …): a static library of the daemon with our warnings.
function(clusterip_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC clusterip_engine ${ARG_LIBS})
  clusterip_warnings(${name})
endfunction()

# clusterip_heap(NAME): the program takes its memory from tcmalloc, if there is one. Nothing in it names a symbol of the library,
# so the linker is told to keep it.
function(clusterip_heap name)
  if(TARGET PkgConfig::tcmalloc)
    target_link_libraries(${name} PRIVATE -Wl,--push-state,--no-as-needed PkgConfig::tcmalloc -Wl,--pop-state)
  endif()
endfunction()

# clusterip_test(NAME SOURCES … LIBS … [LABELS …]): one test program, each of its cases a test of ctest.
function(clusterip_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE clusterip_engine test_support ${ARG_LIBS} GTest::gtest_main GTest::gmock)
  clusterip_warnings(${name})
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${ARG_LABELS}")
endfunction()
