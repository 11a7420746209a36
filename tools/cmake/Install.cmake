# cmake --install and find_package(clusterip): the engine as clusterip::engine, and the two programs.
include(CMakePackageConfigHelpers)

install(TARGETS clusterip_engine EXPORT clusteripTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/clusterip
        FILES_MATCHING PATTERN "*.hpp")
if(CLUSTERIP_DAEMON)
  install(TARGETS clusteripctl clusteripd RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(EXPORT clusteripTargets NAMESPACE clusterip:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/clusterip)
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/clusteripConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/clusteripConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/clusterip)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/clusteripConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/clusteripConfig.cmake ${PROJECT_BINARY_DIR}/clusteripConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/clusterip)
