"""The checkout of the shop: that of the plug-in, whose pages come instead of Oscar's own."""

from django.urls import path, reverse_lazy
from django.views.generic import RedirectView
from oscar_stripe_sca.apps import StripeSCACheckoutConfig


class CartCheckout(StripeSCACheckoutConfig):
    """Payment details lead to the plug-in."""

    name = "oscar.apps.checkout"

    def ready(self):
        from oscar_stripe_sca import views

        super(StripeSCACheckoutConfig, self).ready()
        self.stripe_payment_details_view = views.StripeSCAPaymentDetailsView
        self.stripe_success_view = views.StripeSCASuccessResponseView
        self.stripe_cancel_view = views.StripeSCACancelResponseView

    def get_urls(self):
        to_it = RedirectView.as_view(url=reverse_lazy("checkout:stripe-payment-details"))
        return [path("payment-details/", to_it), *super().get_urls()]
