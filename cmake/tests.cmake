find_package(GTest REQUIRED)
include(GoogleTest)

# Tests of the build with this sanitizer stand beside their twins in one list.
if(ROOKERY_SANITIZE STREQUAL thread)
  set(ROOKERY_TEST_PREFIX tsan/)
endif()

# Instrumented matchers take long to optimize, and not long to run.
function(rookery_test_options target)
  rookery_target_options(${target})
  if(ROOKERY_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# rookery_unit_tests(<folder> [LINK ...]): tests/unit/<folder>/*_test.cpp as one
# GoogleTest program, each test known to ctest by its own name.
function(rookery_unit_tests folder)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS
       ${CMAKE_SOURCE_DIR}/tests/unit/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  set(target unit_${folder})
  add_executable(${target} ${sources})
  rookery_test_options(${target})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} GTest::gmock
                                          GTest::gtest_main)
  gtest_discover_tests(
    ${target}
    TEST_PREFIX "${ROOKERY_TEST_PREFIX}${folder}/"
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS unit TIMEOUT 60)
endfunction()

# rookery_actor_tests(<folder> [LINK ...]): tests/unit/<folder>/*_test.cpp as one
# program on CAF's test framework; each suite is a test of ctest.
function(rookery_actor_tests folder)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  set(path ${CMAKE_SOURCE_DIR}/tests/unit/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${path}/*.cpp)
  set(target unit_${folder})
  add_executable(${target} ${sources})
  rookery_test_options(${target})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # CAF's test engine uses std::regex, which GCC misjudges under sanitizers.
    set_source_files_properties(${path}/main.cpp PROPERTIES COMPILE_OPTIONS
                                                -Wno-maybe-uninitialized)
  endif()
  target_link_libraries(${target} PRIVATE ${ARG_LINK})
  file(GLOB suites CONFIGURE_DEPENDS ${path}/*_test.cpp)
  foreach(file ${suites})
    file(STRINGS ${file} suite REGEX "^#define CAF_SUITE ")
    string(REPLACE "#define CAF_SUITE " "" suite "${suite}")
    add_test(NAME ${folder}/${suite} COMMAND ${target} -r60 -s ^${suite}$)
    set_tests_properties(${folder}/${suite} PROPERTIES LABELS unit TIMEOUT 90)
  endforeach()
endfunction()

# rookery_system_test(<name> [TIER2] RUN ...): what tests/system/run.py is asked
# for; it lists what there is. The folder is the label, and what takes minutes
# has the label tier2 besides.
function(rookery_system_test name)
  cmake_parse_arguments(ARG "TIER2" "" "RUN" ${ARGN})
  get_filename_component(layer ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  add_test(
    NAME ${layer}/${name}
    COMMAND
      /usr/bin/python3 -B ${CMAKE_SOURCE_DIR}/tests/system/run.py ${ARG_RUN}
      --echo $<TARGET_FILE:rookery-echo> --node $<TARGET_FILE:rookery> --load
      $<TARGET_FILE:rookery-load> --sdk ${sdk_package})
  if(ARG_TIER2)
    set_tests_properties(${layer}/${name} PROPERTIES LABELS "${layer};tier2"
                                                     TIMEOUT 1800)
  else()
    set_tests_properties(${layer}/${name} PROPERTIES LABELS ${layer} TIMEOUT 600)
  endif()
endfunction()
