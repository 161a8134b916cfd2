use crate::filter::Column;

/// A column, or a tuple of up to twelve.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no columns of rows of `{M}`",
    note = "write a column such as `users::name()`, or a tuple of up to twelve, all of one table"
)]
pub trait Columns<M> {
    /// Their names.
    #[doc(hidden)]
    fn names(&self) -> Vec<&'static str>;
}

impl<M, T> Columns<M> for Column<M, T> {
    fn names(&self) -> Vec<&'static str> {
        vec![self.def().name]
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        impl<Model, $($name: Columns<Model>),+> Columns<Model> for ($($name,)+) {
            fn names(&self) -> Vec<&'static str> {
                #[expect(non_snake_case, reason = "one name for the type and its value")]
                let ($($name,)+) = self;
                let mut names = Vec::new();
                $(names.extend($name.names());)+
                names
            }
        }
    )* };
}

tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H; A B C D E F G H I; A B C D E F G H I J;
    A B C D E F G H I J K; A B C D E F G H I J K L;
}
