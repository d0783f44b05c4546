# Flags that every target shares. Our own asserts follow OPC_ASSERTS, since
# Debian's LLVM is built without assertions.
option(OPC_ASSERTS "Check opc's own invariants at run time" ON)
set(OPC_SANITIZE "" CACHE STRING "Sanitizers, e.g. address;undefined")

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()
if(OPC_ASSERTS)
  add_compile_definitions(OPC_ASSERTS=1)
endif()
foreach(sanitizer IN LISTS OPC_SANITIZE)
  add_compile_options(-fsanitize=${sanitizer} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizer})
endforeach()
if("undefined" IN_LIST OPC_SANITIZE)
  # A finding ends the run. Debian's LLVM has no RTTI, so vptr cannot be checked.
  add_compile_options(-fno-sanitize-recover=all -fno-sanitize=vptr,function)
  add_link_options(-fno-sanitize=vptr,function)
endif()

if("address" IN_LIST OPC_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # Python loads our libraries, too: programs and libraries share one runtime.
  execute_process(
    COMMAND ${CMAKE_CXX_COMPILER}
      -print-file-name=libclang_rt.asan-${CMAKE_HOST_SYSTEM_PROCESSOR}.so
    OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
  get_filename_component(runtime ${runtime} DIRECTORY)
  add_link_options(-shared-libsan LINKER:-rpath,${runtime})
endif()

# Without sanitizers the fuzzers mutate blindly: a quick check that they build
# and hold. With them, everything tells the fuzzer which branches it took.
option(OPC_FUZZ "Build the libFuzzer targets in fuzz/ (needs clang)" ON)
if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(OPC_FUZZ OFF)
endif()
if(OPC_FUZZ AND OPC_SANITIZE)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
