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

option(OPC_FUZZ "Build the libFuzzer targets in fuzz/ (needs clang)" OFF)
if(OPC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
