//! The macro `filter!`: a literal to calls on typed columns, which the compiler then checks.

mod emit;
mod literal;
mod operator;
mod parse;

use proc_macro2::TokenStream;

use self::literal::Call;

/// Expands the input of `filter!`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2::<Call>(input) {
        Ok(call) => emit::call(&call),
        Err(error) => error.into_compile_error(),
    }
}
