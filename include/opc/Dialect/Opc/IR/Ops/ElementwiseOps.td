//===- ElementwiseOps.td - one element in, one element out --*- tablegen -*-===//
#ifndef OPC_ELEMENTWISE_OPS_TD
#define OPC_ELEMENTWISE_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

/// An op over broadcast operands. `build` is C++ that returns the element from
/// `b` (a builder), `loc`, `args` and `op` (this op).
class Opc_ElementwiseOp<string mnemonic, string build, list<Trait> traits = []>
    : Opc_Op<mnemonic,
             !listconcat([DeclareOpInterfaceMethods<Opc_ScalarOp>,
                          Opc_AccessOp], traits)> {
  let extraClassDefinition = [{
    ::mlir::Value $cppClass::emitScalar(::mlir::OpBuilder &b,
                                        ::mlir::Location loc,
                                        ::mlir::ValueRange args) {
      auto op = *this;
      (void)op;
      }] # build # [{
    }
    ::llvm::LogicalResult $cppClass::inferDims(
        ::opc::ShapeEnv &env, ::llvm::SmallVectorImpl<::opc::Dims> &results) {
      return ::opc::inferElementwiseDims(getOperation(), env, results);
    }
  }];
}

class Opc_UnaryOp<string mnemonic, Type type, string build,
                  list<Trait> traits = []>
    : Opc_ElementwiseOp<mnemonic, build,
                        !listconcat([SameOperandsAndResultElementType], traits)> {
  let arguments = (ins type:$x);
  let results = (outs type:$y);
}

/// One op of the arith or math dialect on floats.
class Opc_UnaryFloatOp<string mnemonic, string scalarOp>
    : Opc_UnaryOp<mnemonic, Opc_FloatTensor,
                  "return ::opc::inWideFloat(b, loc, args[0], "
                  "[&](::mlir::ValueRange wide) -> ::mlir::Value { return " #
                  scalarOp # "::create(b, loc, wide[0]); });">;

/// A float expression that lib/Dialect/Opc/IR/ScalarExprs.cpp builds.
class Opc_UnaryExprOp<string mnemonic, string call, dag attributes = (ins)>
    : Opc_UnaryOp<mnemonic, Opc_FloatTensor, "return " # call # ";"> {
  let arguments = !con((ins Opc_FloatTensor:$x), attributes);
}

class Opc_BinaryOp<string mnemonic, Type type, string build,
                   list<Trait> traits = []>
    : Opc_ElementwiseOp<mnemonic, build,
                        !listconcat([SameOperandsAndResultElementType], traits)> {
  let arguments = (ins type:$a, type:$b);
  let results = (outs type:$y);
}

class Opc_CompareOp<string mnemonic, string predicate>
    : Opc_ElementwiseOp<mnemonic,
        "return ::opc::emitCompare(b, loc, ::opc::ScalarPredicate::" # predicate #
        ", getA().getType(), args);", [PredOpTrait<"operands share an element type", CPred<"::mlir::getElementTypeOrSelf(getA()) == ::mlir::getElementTypeOrSelf(getB())">>]> {
  let arguments = (ins Opc_NumericTensor:$a, Opc_NumericTensor:$b);
  let results = (outs Opc_BoolTensor:$y);
  let summary = "compares element by element";
}

def Opc_MapOp : Opc_Op<"map", [DeclareOpInterfaceMethods<Opc_ScalarOp>,
                               Opc_AccessOp, Opc_BodyOp, IsolatedFromAbove]> {
  let summary = "computes each element by its body";
  let description = [{
    An element-wise op without a name. The body takes one element of each operand,
    after broadcasting, and gives one of the result. Integers are signless there,
    bool is i1. It holds ops of arith and math that cannot trap and are defined for
    all numbers.

    ```mlir
    %y = opc.map %a, %b : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32> {
    ^bb0(%p: f32, %q: f32):
      %0 = arith.mulf %p, %q : f32
      %1 = math.tanh %0 : f32
      opc.element %1 : f32
    }
    ```
  }];
  let arguments = (ins Variadic<Opc_NumericTensor>:$operands);
  let results = (outs Opc_NumericTensor:$y);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
}
def Opc_ElementOp : Opc_EffectOp<"element", [Pure, Terminator,
                                             ParentOneOf<["MapOp", "FoldOp"]>]> {
  let summary = "what the body of a map or a fold computes";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

// Functions of one float.
def Opc_CeilOp : Opc_UnaryFloatOp<"ceil", "::mlir::math::CeilOp">;
def Opc_FloorOp : Opc_UnaryFloatOp<"floor", "::mlir::math::FloorOp">;
def Opc_RoundOp : Opc_UnaryFloatOp<"round", "::mlir::math::RoundEvenOp">;
def Opc_SqrtOp : Opc_UnaryFloatOp<"sqrt", "::mlir::math::SqrtOp">;
def Opc_ExpOp : Opc_UnaryFloatOp<"exp", "::mlir::math::ExpOp">;
def Opc_LogOp : Opc_UnaryFloatOp<"log", "::mlir::math::LogOp">;
def Opc_SinOp : Opc_UnaryFloatOp<"sin", "::mlir::math::SinOp">;
def Opc_CosOp : Opc_UnaryFloatOp<"cos", "::mlir::math::CosOp">;
def Opc_TanOp : Opc_UnaryFloatOp<"tan", "::mlir::math::TanOp">;
def Opc_AsinOp : Opc_UnaryFloatOp<"asin", "::mlir::math::AsinOp">;
def Opc_AcosOp : Opc_UnaryFloatOp<"acos", "::mlir::math::AcosOp">;
def Opc_AtanOp : Opc_UnaryFloatOp<"atan", "::mlir::math::AtanOp">;
def Opc_SinhOp : Opc_UnaryFloatOp<"sinh", "::mlir::math::SinhOp">;
def Opc_CoshOp : Opc_UnaryFloatOp<"cosh", "::mlir::math::CoshOp">;
def Opc_TanhOp : Opc_UnaryFloatOp<"tanh", "::mlir::math::TanhOp">;
def Opc_AsinhOp : Opc_UnaryFloatOp<"asinh", "::mlir::math::AsinhOp">;
def Opc_AcoshOp : Opc_UnaryFloatOp<"acosh", "::mlir::math::AcoshOp">;
def Opc_AtanhOp : Opc_UnaryFloatOp<"atanh", "::mlir::math::AtanhOp">;
def Opc_ErfOp : Opc_UnaryFloatOp<"erf", "::mlir::math::ErfOp">;
// Of which sums with 1 would lose the digits.
def Opc_ErfcOp : Opc_UnaryFloatOp<"erfc", "::mlir::math::ErfcOp"> {
  let summary = "1 - erf(x)";
}
def Opc_Expm1Op : Opc_UnaryFloatOp<"expm1", "::mlir::math::ExpM1Op"> {
  let summary = "exp(x) - 1";
}
def Opc_Log1pOp : Opc_UnaryFloatOp<"log1p", "::mlir::math::Log1pOp"> {
  let summary = "log(1 + x)";
}

// Functions of one number of any type; the type picks the operation.
def Opc_AbsOp : Opc_UnaryOp<"abs", Opc_NumericTensor,
    "return ::opc::emitAbs(b, loc, getX().getType(), args[0]);">;
def Opc_NegOp : Opc_UnaryOp<"neg", Opc_NumericTensor,
    "return ::opc::emitNeg(b, loc, getX().getType(), args[0]);">;
def Opc_SignOp : Opc_UnaryOp<"sign", Opc_NumericTensor,
    "return ::opc::emitSign(b, loc, getX().getType(), args[0]);">;
def Opc_NotOp : Opc_UnaryOp<"not", Opc_IntTensor,
    "return ::opc::emitNot(b, loc, args[0]);"> {
  let summary = "inverts every bit (for bool: logical not)";
}
def Opc_ReluOp : Opc_UnaryOp<"relu", Opc_NumericTensor,
    "return ::opc::emitRelu(b, loc, getX().getType(), args[0]);"> {
  let summary = "max(x, 0)";
}

// Activations. Formulas are those of the ONNX operators of the same name.
def Opc_ReciprocalOp
    : Opc_UnaryExprOp<"reciprocal", "::opc::emitReciprocal(b, loc, args[0])">;
def Opc_SigmoidOp
    : Opc_UnaryExprOp<"sigmoid", "::opc::emitSigmoid(b, loc, args[0])">;
def Opc_SoftplusOp
    : Opc_UnaryExprOp<"softplus", "::opc::emitSoftplus(b, loc, args[0])">;
def Opc_SoftsignOp
    : Opc_UnaryExprOp<"softsign", "::opc::emitSoftsign(b, loc, args[0])">;
def Opc_MishOp : Opc_UnaryExprOp<"mish", "::opc::emitMish(b, loc, args[0])">;
def Opc_HardSwishOp
    : Opc_UnaryExprOp<"hard_swish", "::opc::emitHardSwish(b, loc, args[0])">;
def Opc_LeakyReluOp : Opc_UnaryExprOp<"leaky_relu",
    "::opc::emitLeakyRelu(b, loc, args[0], getAlpha())", (ins F64Attr:$alpha)>;
def Opc_EluOp : Opc_UnaryExprOp<"elu",
    "::opc::emitElu(b, loc, args[0], getAlpha())", (ins F64Attr:$alpha)>;
def Opc_CeluOp : Opc_UnaryExprOp<"celu",
    "::opc::emitCelu(b, loc, args[0], getAlpha())", (ins F64Attr:$alpha)>;
def Opc_SeluOp : Opc_UnaryExprOp<"selu",
    "::opc::emitSelu(b, loc, args[0], getAlpha(), getGamma())",
    (ins F64Attr:$alpha, F64Attr:$gamma)>;
def Opc_SwishOp : Opc_UnaryExprOp<"swish",
    "::opc::emitSwish(b, loc, args[0], getAlpha())", (ins F64Attr:$alpha)>;
def Opc_GeluOp : Opc_UnaryExprOp<"gelu",
    "::opc::emitGelu(b, loc, args[0], getApproximate() == \"tanh\")",
    (ins Opc_Choice<["none", "tanh"]>:$approximate)>;
def Opc_HardSigmoidOp : Opc_UnaryExprOp<"hard_sigmoid",
    "::opc::emitHardSigmoid(b, loc, args[0], getAlpha(), getBeta())",
    (ins F64Attr:$alpha, F64Attr:$beta)>;
def Opc_ThresholdedReluOp : Opc_UnaryExprOp<"thresholded_relu",
    "::opc::emitThresholdedRelu(b, loc, args[0], getAlpha())",
    (ins F64Attr:$alpha)>;

// Predicates of one float.
class Opc_ClassifyOp<string mnemonic, string call, dag attributes = (ins)>
    : Opc_ElementwiseOp<mnemonic, "return " # call # ";"> {
  let arguments = !con((ins Opc_FloatTensor:$x), attributes);
  let results = (outs Opc_BoolTensor:$y);
}
def Opc_IsNanOp : Opc_ClassifyOp<"isnan", "::opc::emitIsNan(b, loc, args[0])">;
def Opc_IsInfOp : Opc_ClassifyOp<"isinf",
    "::opc::emitIsInf(b, loc, args[0], getNegative(), getPositive())",
    (ins BoolAttr:$negative, BoolAttr:$positive)>;

// Arithmetic of two. Integer division truncates; a divisor of zero gives zero and
// never traps.
class Opc_ArithOp<string mnemonic, string kind>
    : Opc_BinaryOp<mnemonic, Opc_NumericTensor,
        "return ::opc::emitArith(b, loc, ::opc::ScalarArith::" # kind #
        ", getA().getType(), args);">;
def Opc_AddOp : Opc_ArithOp<"add", "Add">;
def Opc_SubOp : Opc_ArithOp<"sub", "Sub">;
def Opc_MulOp : Opc_ArithOp<"mul", "Mul">;
def Opc_DivOp : Opc_ArithOp<"div", "Div">;
def Opc_MinOp : Opc_ArithOp<"min", "Min"> {
  let summary = "the smaller; NaN if either is NaN";
}
def Opc_MaxOp : Opc_ArithOp<"max", "Max"> {
  let summary = "the larger; NaN if either is NaN";
}
def Opc_FmodOp : Opc_ArithOp<"fmod", "Fmod"> {
  let summary = "remainder with the sign of the dividend, as C's % and fmod";
}
def Opc_ModOp : Opc_ArithOp<"mod", "Mod"> {
  let summary = "remainder with the sign of the divisor, as Python's %";
}
def Opc_AndOp : Opc_BinaryOp<"and", Opc_IntTensor,
    "return ::mlir::arith::AndIOp::create(b, loc, args[0], args[1]);">;
def Opc_OrOp : Opc_BinaryOp<"or", Opc_IntTensor,
    "return ::mlir::arith::OrIOp::create(b, loc, args[0], args[1]);">;
def Opc_XorOp : Opc_BinaryOp<"xor", Opc_IntTensor,
    "return ::mlir::arith::XOrIOp::create(b, loc, args[0], args[1]);">;
def Opc_ShiftLeftOp : Opc_BinaryOp<"shift_left", Opc_IntTensor,
    "return ::opc::emitShift(b, loc, /*left=*/true, getA().getType(), args);"> {
  let summary = "shifts; by the width or more gives 0";
}
def Opc_ShiftRightOp : Opc_BinaryOp<"shift_right", Opc_IntTensor,
    "return ::opc::emitShift(b, loc, /*left=*/false, getA().getType(), args);"> {
  let summary = "shifts, arithmetically if signed; by the width or more leaves the sign";
}
def Opc_PreluOp : Opc_BinaryOp<"prelu", Opc_NumericTensor,
    "return ::opc::emitPrelu(b, loc, getA().getType(), args);"> {
  let summary = "a < 0 ? a * b : a";
}
def Opc_PowOp : Opc_ElementwiseOp<"pow",
    "return ::opc::emitPow(b, loc, getA().getType(), getB().getType(), args);"> {
  let summary = "a to the power of b, in the type of a";
  let arguments = (ins Opc_NumericTensor:$a, Opc_NumericTensor:$b);
  let results = (outs Opc_NumericTensor:$y);
}

def Opc_EqualOp : Opc_CompareOp<"equal", "Equal">;
def Opc_LessOp : Opc_CompareOp<"less", "Less">;
def Opc_LessEqualOp : Opc_CompareOp<"less_equal", "LessEqual">;
def Opc_GreaterOp : Opc_CompareOp<"greater", "Greater">;
def Opc_GreaterEqualOp : Opc_CompareOp<"greater_equal", "GreaterEqual">;

def Opc_SelectOp : Opc_ElementwiseOp<"select",
    "return ::mlir::arith::SelectOp::create(b, loc, args[0], args[1], args[2]);"> {
  let summary = "condition ? a : b, element by element";
  let arguments = (ins Opc_BoolTensor:$condition, Opc_Tensor:$a, Opc_Tensor:$b);
  let results = (outs Opc_Tensor:$y);
}

def Opc_CastOp : Opc_ElementwiseOp<"cast",
    "return ::opc::emitCast(b, loc, args[0], getX().getType(), getY().getType(),"
    " getSaturate());"> {
  let summary = "converts the element type";
  let description = [{
    Float to float rounds to nearest even; float to integer truncates toward zero
    (with `saturate`: clamps to the target's range first, NaN becomes 0); integer
    to integer keeps the low bits (with `saturate`: clamps); to bool is `x != 0`.
  }];
  let arguments = (ins Opc_Tensor:$x, DefaultValuedAttr<BoolAttr, "false">:$saturate);
  let results = (outs Opc_Tensor:$y);
}

def Opc_BitcastOp : Opc_ElementwiseOp<"bitcast", [{
      ::mlir::Type type = ::mlir::getElementTypeOrSelf(op.getY().getType());
      if (::llvm::isa<::mlir::IntegerType>(type))
        type = b.getIntegerType(type.getIntOrFloatBitWidth());
      if (auto vector = ::llvm::dyn_cast<::mlir::VectorType>(args[0].getType()))
        type = vector.clone(type);
      return ::mlir::arith::BitcastOp::create(b, loc, type, args[0]);
    }]> {
  let summary = "the same bits as another element type of the same width";
  let arguments = (ins Opc_NumericTensor:$x);
  let results = (outs Opc_NumericTensor:$y);
}

#endif // OPC_ELEMENTWISE_OPS_TD
