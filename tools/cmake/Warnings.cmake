# Warnings are errors, for g++ and clang++ alike. clusterip_warnings(TARGET) is called for each of our own targets.
function(clusterip_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wundef
    -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 sees dereferences of null and overlapping copies in inlined library code that cannot happen.
    target_compile_options(${target} PRIVATE -Wno-null-dereference -Wno-restrict -Wduplicated-cond -Wlogical-op)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()
