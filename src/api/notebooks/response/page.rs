//! The page that people see who look with a browser: the answer as it is, and nothing that could be clicked.
//!
//! Easy to get wrong: names are anybody's text. All of the page but its frame is escaped.

/// A page that shows this JSON.
pub(super) fn page(json: &str) -> String {
    let shown = json.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>offstage: notebooks</title></head>\n\
         <body>\n<h1>offstage: notebooks</h1>\n<pre>{shown}</pre>\n<p>For programs: f=json or f=pjson.</p>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn what_is_shown_is_text_and_no_markup() {
        let shown = page(r#"{"Name": "<script>alert(1)</script>&amp;"}"#);
        assert!(shown.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"), "{shown}");
        assert!(!shown.contains("<script"), "{shown}");
    }
}
