use std::fmt;

use rust_decimal::Decimal;

/// A number that bounds apply to.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number that a schema's bounds can be checked on")]
pub trait Number: Copy + PartialOrd + fmt::Display {
    /// Whether this is `of` times a whole number.
    fn is_multiple(self, of: Self) -> bool;
}

macro_rules! integers {
    ($($ty:ty),*) => {
        $(impl Number for $ty {
            fn is_multiple(self, of: Self) -> bool {
                // `checked_rem` is `None` for MIN / -1, which is a multiple, and for / 0, which nothing but 0 is.
                self.checked_rem(of).map_or(of != 0 || self == 0, |rest| rest == 0)
            }
        })*
    };
}

integers!(i16, i32, i64);

impl Number for f64 {
    /// Decides on the decimal digits that JSON has, so that 0.3 is a multiple of 0.1.
    fn is_multiple(self, of: Self) -> bool {
        if !self.is_finite() || of == 0.0 {
            return false;
        }
        match (decimal(self), decimal(of)) {
            (Some(value), Some(of)) => value.is_multiple(of),
            _ => self % of == 0.0,
        }
    }
}

impl Number for f32 {
    fn is_multiple(self, of: Self) -> bool {
        // The shortest text of an f32 is what JSON has.
        let wide = |value: f32| value.to_string().parse::<f64>().unwrap_or(f64::from(value));
        wide(self).is_multiple(wide(of))
    }
}

impl Number for Decimal {
    fn is_multiple(self, of: Self) -> bool {
        self.checked_rem(of).is_some_and(|rest| rest.is_zero())
    }
}

/// The number's shortest text, exactly; `None` where it has more digits than a decimal can hold.
fn decimal(value: f64) -> Option<Decimal> {
    Decimal::from_str_exact(&value.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_of_fractions_are_exact() {
        assert!(0.3_f64.is_multiple(0.1) && 19.99_f64.is_multiple(0.01) && 0.3_f32.is_multiple(0.1));
        assert!(!0.35_f64.is_multiple(0.1) && !1.0_f64.is_multiple(0.0) && !f64::NAN.is_multiple(1.0));
        assert!(1e300_f64.is_multiple(1e300) && 0.0_f64.is_multiple(7.0));
        assert!(i64::MIN.is_multiple(-1) && 0_i32.is_multiple(0) && !1_i32.is_multiple(0));
        assert!(
            Decimal::new(125, 2).is_multiple(Decimal::new(25, 2)) && !Decimal::ONE.is_multiple(Decimal::ZERO)
        );
    }
}
