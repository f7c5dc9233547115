from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "giapranh.places"
    label = "places"
