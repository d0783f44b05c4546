//===- OpcNumerics.td - the numerical contract of an op -----*- tablegen -*-===//
//
// What an op promises of its numbers, and the ops that have such a contract.
// docs/Numerics.md says what each field means and what is done by default.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_NUMERICS_TD
#define OPC_NUMERICS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "opc/Dialect/Opc/IR/OpcDialect.td"

/// The values of a field, of which the first is the default.
class Opc_Field<string name, string what, list<I32EnumAttrCase> values>
    : I32EnumAttr<name, what, values> {
  let cppNamespace = "::opc";
}
def Opc_Level : Opc_Field<"NumericLevel", "what results may differ by", [
  I32EnumAttrCase<"Ulp", 0, "ulp">, I32EnumAttrCase<"Bitwise", 1, "bitwise">,
  I32EnumAttrCase<"Statistical", 2, "statistical">,
  I32EnumAttrCase<"Free", 3, "free">]>;
def Opc_Accumulator : Opc_Field<"Accumulator", "the type of totals", [
  I32EnumAttrCase<"Native", 0, "native">, I32EnumAttrCase<"F64", 1, "f64">,
  I32EnumAttrCase<"Exact", 2, "exact">]>;
def Opc_SumOrder : Opc_Field<"SumOrder", "the order of a sum", [
  I32EnumAttrCase<"Blocked", 0, "blocked">,
  I32EnumAttrCase<"Sequential", 1, "sequential">,
  I32EnumAttrCase<"Pairwise", 2, "pairwise">,
  I32EnumAttrCase<"Exact", 3, "exact">]>;
def Opc_MultiplyAdd
    : Opc_Field<"MultiplyAdd", "whether a product and its sum round once", [
  I32EnumAttrCase<"On", 0, "on">, I32EnumAttrCase<"Off", 1, "off">]>;
def Opc_Rounding : Opc_Field<"NumericRounding", "how results round", [
  I32EnumAttrCase<"NearestEven", 0, "nearest_even">,
  I32EnumAttrCase<"TowardZero", 1, "toward_zero">,
  I32EnumAttrCase<"Stochastic", 2, "stochastic">]>;
def Opc_Subnormal : Opc_Field<"SubnormalRule", "what becomes of subnormals", [
  I32EnumAttrCase<"Keep", 0, "keep">, I32EnumAttrCase<"Flush", 1, "flush">]>;
def Opc_Functions : Opc_Field<"FunctionRule", "how exact functions are", [
  I32EnumAttrCase<"Bounded", 0, "bounded">,
  I32EnumAttrCase<"Correct", 1, "correct">]>;
def Opc_BatchInvariance
    : Opc_Field<"BatchInvariance", "whether a row's bits are its own", [
  I32EnumAttrCase<"On", 0, "on">, I32EnumAttrCase<"Off", 1, "off">]>;

/// A field that is printed where it is not its default.
class Opc_FieldOf<Opc_Field of>
    : DefaultValuedParameter<of.cppType,
                             of.cppType # "::" # of.enumerants[0].symbol>;
/// A number of a field; 0 is the default.
class Opc_CountOf<string what> : DefaultValuedParameter<"int64_t", "0", what>;

def Opc_NumericsAttr : AttrDef<Opc_Dialect, "Numerics"> {
  let mnemonic = "numerics";
  let summary = "what an op promises of its numbers, where that is not the default";
  let description = [{
    ```mlir
    %y = opc.matmul %a, %b {numerics = #opc.numerics<acc = f64, order = sequential>}
        : (tensor<4x9xf32>, tensor<9x5xf32>) -> tensor<4x5xf32>
    ```

    Fields that are left out have their default (docs/Numerics.md). Values that
    nothing computes are refused by name.
  }];
  let parameters = (ins Opc_FieldOf<Opc_Level>:$level,
    Opc_FieldOf<Opc_Accumulator>:$acc, Opc_FieldOf<Opc_SumOrder>:$order,
    Opc_CountOf<"partial totals of each total">:$chains,
    Opc_CountOf<"elements after which a total is put aside">:$chunk,
    Opc_CountOf<"parts of a reduction that are computed apart">:$splitk,
    Opc_FieldOf<Opc_MultiplyAdd>:$fma, Opc_FieldOf<Opc_Rounding>:$round,
    Opc_FieldOf<Opc_Subnormal>:$subnormal,
    Opc_FieldOf<Opc_Functions>:$functions,
    Opc_FieldOf<Opc_BatchInvariance>:$batch_invariant);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

/// Says which fields of its contract an op can honour, as a C++ expression.
class Opc_Honours<string fields>
    : ParamNativeOpTrait<"HonoursFields", fields> {
  let cppNamespace = "::opc";
}
defvar Opc_NoField = "0";
defvar Opc_FoldFields = "::opc::kOrderFields";
defvar Opc_SumFields = "::opc::kAccField | ::opc::kOrderFields";
defvar Opc_ProductFields = Opc_SumFields # " | ::opc::kFmaField";
/// Of products whose order the op itself says: kernel positions, then channels.
defvar Opc_ConvFields = "::opc::kAccField | ::opc::kFmaField";

/// It says itself what each of its elements is combined of.
defvar Opc_Iterates =
    DeclareOpInterfaceMethods<Opc_IterationOp, ["getIteration"]>;

/// An op that adds up. It says `inputs` where others say `arguments`: they are
/// these and the contract.
class Opc_NumericOp<string mnemonic, string fields, list<Trait> traits = []>
    : Opc_Op<mnemonic, !listconcat([Opc_NumericOpInterface, Opc_Honours<fields>],
                                   traits)> {
  dag inputs = (ins);
  let arguments = !con(inputs, (ins OptionalAttr<Opc_NumericsAttr>:$numerics));
}

#endif // OPC_NUMERICS_TD
