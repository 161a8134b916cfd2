//! What the compiler says where a query makes no sense.

#[test]
fn errors_are_plain() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
