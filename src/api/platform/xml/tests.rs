//! What is read, and the table of attacks and accidents that are not.

use super::*;

/// A user's name and its roles' names.
fn user(bytes: &[u8]) -> Result<(String, usize), String> {
    let take = |root: Element<'_>| {
        let [name, _] = root.attributes(["name", "email"])?;
        let children = root.children(&["roles"])?;
        let roles = Element::one(&children, "roles")?;
        let roles = roles.map_or_else(|| Ok(Vec::new()), |roles| roles.children(&["role"]))?;
        for role in &roles {
            role.must_be_empty()?;
        }
        Ok((name.unwrap_or_default().to_owned(), roles.len()))
    };
    read(bytes, "user", take).map_err(|problem| {
        assert_eq!(problem.kind, ProblemKind::BadBody);
        problem.public
    })
}

fn text(bytes: &[u8]) -> Result<String, String> {
    fn take(root: Element<'_>) -> Result<String, Problem> {
        root.text()
    }
    read(bytes, "name", take).map_err(|problem| problem.public)
}

#[test]
fn documents_as_real_clients_send_them_are_read() {
    for (document, expected) in [
        (r#"<user name="x" email=""></user>"#, ("x", 0)),
        (r#"<user name="x"/>"#, ("x", 0)),
        (
            "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n<!-- by hand -->\n<user name='x'>\n</user>\n",
            ("x", 0),
        ),
        ("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><user name='ü'/>", ("ü", 0)),
        (r#"<user name="a&amp;b"> <roles> <role/><role /> </roles> </user>"#, ("a&b", 2)),
        (r#"<user name="&#x41;&quot;&lt;"/>"#, ("A\"<", 0)),
    ] {
        let read = user(document.as_bytes());
        assert_eq!(read, Ok((expected.0.to_owned(), expected.1)), "{document}");
    }
    assert_eq!(text(b"<name> p&amp;ss&lt;1&gt;<![CDATA[<&]]> </name>").unwrap(), " p&ss<1><& ");
}

#[test]
fn anything_that_could_be_read_in_two_ways_is_refused() {
    let bomb = format!("<user name=\"x\">{}</user>", "<roles/>".repeat(3_000));
    let deep = format!("<user name=\"x\">{}{}</user>", "<roles>".repeat(50), "</roles>".repeat(50));
    for (document, said) in [
        ("", "not well-formed"),
        ("x", "not well-formed"),
        ("<user name=\"x\"", "not well-formed"),
        ("<user name=\"x\"></users>", "not well-formed"),
        (r#"<user name="a&b" email="x"y"></user>"#, "not well-formed"),
        (r#"<user name="x" name="y"/>"#, "not well-formed"),
        ("<user name=\"x\"/><user name=\"y\"/>", "not well-formed"),
        ("<user name=\"x\"/>behind", "not well-formed"),
        ("<user name=\"&e;\"/>", "not well-formed"),
        ("<user name=\"x\0\"/>", "not well-formed"),
        ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><user name=\"x\"/>", "must be in UTF-8"),
        ("<?xml version=\"1.0\" encoding = 'UTF-16'?><user name=\"x\"/>", "must be in UTF-8"),
        ("<!DOCTYPE user><user name=\"x\"/>", "no document type"),
        (
            "<!DOCTYPE user [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><user name=\"&e;\"/>",
            "no document type",
        ),
        ("<?php x?><user name=\"x\"/>", "no processing instructions"),
        ("<user name=\"x\"><?x y?></user>", "no processing instructions"),
        ("<user name=\"x\"/><?x y?>", "no processing instructions"),
        ("<user name=\"x\"><!-- c --></user>", "no comments"),
        ("<user name=\"x\"/><!-- c -->", "no comments"),
        ("<user xmlns=\"urn:x\" name=\"x\"/>", "no namespaces"),
        ("<user xmlns:a=\"urn:x\" name=\"x\"/>", "no namespaces"),
        ("<a:user xmlns:a=\"urn:x\" name=\"x\"/>", "no namespaces"),
        ("<user name=\"x\" xml:lang=\"en\"/>", "no namespaces"),
        ("<users name=\"x\"/>", "must be the element user"),
        ("<User name=\"x\"/>", "must be the element user"),
        ("<user name=\"x\" id=\"1\"/>", "an attribute that is not known"),
        ("<user name=\"x\"><group/></user>", "one that is not known"),
        ("<user name=\"x\">text</user>", "must not hold text"),
        ("<user name=\"x\"><![CDATA[text]]></user>", "must not hold text"),
        ("<user name=\"x\"><roles/><roles/></user>", "more than once"),
        ("<user name=\"x\"><roles><role>text</role></roles></user>", "must not hold text"),
        (&bomb, "too many elements"),
        (&deep, "nested deeper"),
    ] {
        let refused = user(document.as_bytes()).unwrap_err();
        assert!(refused.contains(said), "{document}: {refused}");
        assert!(!refused.contains("passwd"), "nothing of the document is quoted: {refused}");
    }
    assert!(user(b"<user name=\"\xfc\"/>").unwrap_err().contains("not UTF-8"));
    let utf16: Vec<u8> = "<user/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(user(&utf16).is_err());
}

#[test]
fn text_is_text_alone() {
    for (document, said) in [
        ("<name><b/></name>", "text alone"),
        ("<name>a<!-- -->b</name>", "no comments"),
        ("<name x=\"1\">a</name>", "not known"),
    ] {
        assert!(text(document.as_bytes()).unwrap_err().contains(said), "{document}");
    }
}
