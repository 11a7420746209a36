# One sanitizer set for the whole build: objects with and without cannot be mixed.
if(CLUSTERIP_SANITIZE)
  add_compile_options(-fsanitize=${CLUSTERIP_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CLUSTERIP_SANITIZE})
  if(CLUSTERIP_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=all)
  endif()
endif()
