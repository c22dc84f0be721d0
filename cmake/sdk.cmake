# The SDK of clients/js, built as it is published, into this build's own folder:
# the demo page is embedded with it, and the tests take it from there.
set(sdk_source ${CMAKE_SOURCE_DIR}/clients/js)
set(sdk_package ${CMAKE_BINARY_DIR}/clients/js/dist)
set(sdk_module ${sdk_package}/esm/index.js)

find_program(NODE node)
if(NOT NODE OR NOT EXISTS ${sdk_source}/node_modules/esbuild)
  message(FATAL_ERROR "The SDK is built with Node and what clients/js/package.json "
                      "names, and they are not there. Run: ./dev deps")
endif()

file(GLOB sdk_files CONFIGURE_DEPENDS ${sdk_source}/src/*.ts)
add_custom_command(
  OUTPUT ${sdk_module}
  COMMAND ${NODE} ${sdk_source}/build.mjs ${sdk_package}
  DEPENDS ${sdk_files} ${sdk_source}/build.mjs ${sdk_source}/tsconfig.json
          ${sdk_source}/package-lock.json
  COMMENT "Building the SDK")
