//===- OpenCLKernelsTest.cpp - What compilers of OpenCL C are told --------===//
//
// The functions of OpenCL are made up here: no kernel is built.
//
//===----------------------------------------------------------------------===//
#include "OpenCLKernels.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace opc::devices;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string options, text, log;

/// What building says, of which `log` is what the compiler says.
std::string refusal(cl_int code) {
  OpenCLLibrary cl = {};
  cl.createProgramWithSource = [](cl_context, cl_uint, const char **data,
                                  const size_t *size, cl_int *) {
    text = {*data, *size};
    return cl_program();
  };
  static cl_int answer;
  answer = code;
  cl.buildProgram = [](cl_program, cl_uint, const cl_device_id *,
                       const char *given, void (*)(cl_program, void *),
                       void *) {
    options = given;
    return answer;
  };
  cl.getProgramBuildInfo = [](cl_program, cl_device_id, cl_uint, size_t room,
                              void *to, size_t *size) -> cl_int {
    if (to)
      memcpy(to, log.data(), room);
    else
      *size = log.size();
    return CL_SUCCESS;
  };
  opc_device_module module(cl);
  return buildImage(nullptr, nullptr, "the text", {}, module).value_or("");
}

TEST(OpenCLKernelsTest, ArithmeticIsAsWritten) {
  EXPECT_EQ(refusal(CL_SUCCESS), "");
  EXPECT_EQ(text, "the text");
  EXPECT_THAT(options, HasSubstr("-cl-fp32-correctly-rounded-divide-sqrt"));
  EXPECT_THAT(options, HasSubstr("-cl-kernel-arg-info"));
  for (const char *loose : {"fast", "mad", "unsafe", "finite", "denorms"})
    EXPECT_THAT(options, Not(HasSubstr(loose)));
}

TEST(OpenCLKernelsTest, TheLogSaysWhy) {
  log = "\n\nbuilding\r\na.cl:3:1: error: no semicolon\nsecond error\n";
  log.push_back('\0');
  EXPECT_EQ(refusal(-11), "a.cl:3:1: error: no semicolon");
  log = "it does not fit\nat all\n";
  EXPECT_EQ(refusal(-11), "it does not fit");
  log = "";
  EXPECT_EQ(refusal(-11),
            "clBuildProgram failed with -11 (CL_BUILD_PROGRAM_FAILURE)");
  log = "error: nothing of this";
  EXPECT_EQ(refusal(-6),
            "clBuildProgram failed with -6 (CL_OUT_OF_HOST_MEMORY)");
}

} // namespace
