//! Numbers as people read them.

use crate::bench::summary::Spread;

/// With so many digits behind the point, and its thousands apart.
pub(super) fn plain(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, whole) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut grouped = String::from(sign);
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// The median, and in brackets the least and the most where they differ; a dash where there is nothing.
pub(super) fn spread(spread: Option<Spread>, digits: usize) -> String {
    let Some(Spread { median, min, max }) = spread else { return "-".to_owned() };
    let shown = plain(median, digits);
    let (min, max) = (plain(min, digits), plain(max, digits));
    if min == max { shown } else { format!("{shown} ({min} to {max})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let shown = [0.0, 999.4, 1_000.0, 1_234_567.8, -1_234.0].map(|value| plain(value, 0));
        assert_eq!(shown, ["0", "999", "1,000", "1,234,568", "-1,234"]);
        assert_eq!(plain(1_234.567, 2), "1,234.57");
    }

    #[test]
    fn a_single_value_has_no_spread() {
        assert_eq!(spread(Spread::of([2.0]), 1), "2.0");
        assert_eq!(spread(Spread::of([2.0, 3.0, 1.0]), 1), "2.0 (1.0 to 3.0)");
        assert_eq!(spread(None, 1), "-");
    }
}
