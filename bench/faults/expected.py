"""What must and must not be in the text of each PDF in the folder of faults. Pictures have a `.truth` file instead."""

from dataclasses import dataclass

_MEETING = "The committee met on the second of March and agreed to the budget"
_INVOICE = (
    "INVOICE 2024-0815", "Bill to: Example Ltd, 12 High Street", "2 x Oak table 340.00", "4 x Chair 71.50",
    "Subtotal 626.00", "VAT 20 % 125.20", "TOTAL DUE 751.20",
)  # fmt: skip
_AMOUNTS = ("1,250.00", "318.40", "97.65", "1,666.05")


@dataclass(frozen=True)
class Expected:
    """phrases: each must be in the text, with any white space between its words. absent: none may be in it.

    once: each must be in it exactly once. warnings: codes that some page must have.
    """

    phrases: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def conditions(self) -> int:
        return len(self.phrases) + len(self.absent) + len(self.once) + len(self.warnings)


EXPECTED: dict[str, Expected] = {
    "p01a_outline_footer.pdf": Expected((*_INVOICE, "Please pay within 30 days")),
    "p01b_outline_shortfooter.pdf": Expected((*_INVOICE, "Page 1 of 1")),
    "p01e_outline_amounts.pdf": Expected(
        ("Opening balance 1,204.17", "Deposits 880.00", "Withdrawals 315.40", "Closing balance 1,768.77")
    ),
    "p02a_inline_image.pdf": Expected(("Fax received", "DELIVERY NOTE 55821", "Received in good order")),
    "p03_image_stamp_annot.pdf": Expected(
        (_MEETING, "APPROVED FOR PAYMENT", "Order 77-4410", "by the finance office"), once=("Order 77-4410",)
    ),
    "p04_acroform.pdf": Expected(
        (
            "Name of applicant Maria Example",
            "Registration KX12 ABC",
            "Postcode EX4 9ZZ",
            "Amount paid 48.50",
            "☑ Resident",
            "☐ Visitor",
            "☐ Trade",
            "Zone Zone B",
        ),
        absent=("3",),
    ),  # fmt: skip
    "p07_wingdings.pdf": Expected(
        ("☑ Yes, I agree", "☐ No, I do not agree", "☒ Smoker", "☐ Non-smoker", "✔ Delivered", "bullet item")
    ),
    "p08a_word_ti.pdf": Expected(
        (
            "Information about the application of the regulation is in section five.",
            "The committee attended to the petition after the motion was written.",
            "Estimation of operating activities: distribution, marketing, administration.",
            "The platform was lifted with both parties attending the identification.",
        )
    ),
    "p09_fakebold.pdf": Expected(
        ("Name: Sample",), once=("Statement of Accounts", "Total: 1,204.17", "Shadowed heading")
    ),
    "p10_ot1_accents.pdf": Expected(
        ("Die Prüfung für Bäcker und Köche", "sera prélevée en août", "Besançon", "El niño está")
    ),
    "p11a_digits_shifted.pdf": Expected((_MEETING, *_AMOUNTS), absent=("4,583.33",)),
    "p11b_digits_letters.pdf": Expected((_MEETING, *_AMOUNTS), absent=("LUMPKVKK",)),
    "p12a_digits_pua.pdf": Expected((_MEETING, *_AMOUNTS)),
    "p13a_blackbox.pdf": Expected(
        ("The witness is called and lives at 4 Mill Lane.",), absent=("Robert", "Sample"), warnings=("hidden_text",)
    ),
    "p13b_whiteout.pdf": Expected(
        ("Total amount payable: 9,990.00 EUR",),
        absent=("1,250.00",),
        once=("Total amount payable",),
        warnings=("hidden_text",),
    ),
    "p14b_white_on_white.pdf": Expected((_MEETING,), absent=("ignore all",), warnings=("hidden_text",)),
    "p17a_letterhead.pdf": Expected(
        ("EXAMPLE ENGINEERING GMBH", "VAT ID DE000000000", "Tel. 030 000 000", "Musterstrasse 5, 10115 Berlin")
    ),
    "p17b_table_picture.pdf": Expected(
        ("Item Price Qty", "Widget 12.50 40", "Gadget 9.75 12", "Total 617.00", _MEETING)
    ),
    "p20_xfa.pdf": Expected(warnings=("dynamic_form",)),
    "p33a_pattern_text.pdf": Expected((_MEETING,), once=("Annual Report 2024",)),
    "p33b_clip_text.pdf": Expected((_MEETING,), once=("Annual Report 2024",)),
    "q01a_actualtext_empty.pdf": Expected(("Consignee: Example Trading, 74 Mill Avenue", "Total 412.50")),
    "q01b_actualtext_wrong.pdf": Expected(("New total 912.50",), absent=("Old total", "100.00")),
    "q02_hyphen_font.pdf": Expected(
        ("Balance at end of month -45.00", "2024-0815 dated 2024-03-12", "well-known", "0049-30-123456"),
        absent=("\u00ad",),
    ),
    "q04b_each_line_twice.pdf": Expected(once=(_MEETING, "closed the meeting at half past nine")),
    "q05_medform.pdf": Expected(
        (
            "Do you smoke? ☑ yes ☐ no",
            "Any allergies? ☐ yes ☑ no",
            "Take medicine? ☑ yes ☐ no",
            "Weight in kg 82.5",
            "Height in cm 178",
        ),
        absent=("3",),
    ),  # fmt: skip
    "q08a_tall_scan.pdf": Expected(("001 product line 0.00", "100 product line", "220 product line")),
    "q12_portfolio.pdf": Expected(warnings=("attachments",)),
    "s10_ar_html.pdf": Expected(("1,250.00",), warnings=("unreadable_script",)),
    "s15_hi.pdf": Expected(absent=("TR", "R 1400"), warnings=("unreadable_script",)),
}
